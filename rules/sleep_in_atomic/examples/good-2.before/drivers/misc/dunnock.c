static void dunnock_settle(struct dunnock *dunnock)
{
	dunnock_write(dunnock, DUNNOCK_SETTLE);
	usleep_range(100, 200);
}

static irqreturn_t dunnock_irq(int irq, void *data)
{
	struct dunnock *dunnock = data;

	dunnock->events++;
	return IRQ_HANDLED;
}

static int dunnock_open(struct dunnock *dunnock)
{
	return request_threaded_irq(dunnock->irq, NULL, dunnock_irq, IRQF_ONESHOT, "dunnock", dunnock);
}
