/* Called with bracken->lock held, which it gives back. */
static int bracken_queue(struct bracken *bracken, struct usb_request *req)
{
	if (!bracken->ep) {
		spin_unlock_irq(&bracken->lock);
		return -ESHUTDOWN;
	}

	list_add_tail(&req->list, &bracken->pending);
	spin_unlock_irq(&bracken->lock);

	return bracken_kick(bracken);
}
