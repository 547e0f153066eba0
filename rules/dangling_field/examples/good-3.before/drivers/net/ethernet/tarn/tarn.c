static void tarn_detach(struct tarn_ep *ep)
{
	struct tarn_sock *sock = ep->sock;

	sock->owner = NULL;
}

static void tarn_close(struct tarn_ep *ep)
{
	struct tarn_sock *sock = ep->sock;

	tarn_detach(ep);
	kfree(sock);
	ep->sock = NULL;
}
