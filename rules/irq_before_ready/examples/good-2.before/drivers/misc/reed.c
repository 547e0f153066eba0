static void reed_wake(struct reed *reed)
{
	complete(&reed->done);
}

static irqreturn_t reed_irq(int irq, void *dev_id)
{
	reed_wake(dev_id);
	return IRQ_HANDLED;
}

static int reed_open(struct reed *reed)
{
	int ret;

	init_completion(&reed->done);
	ret = request_irq(reed->irq, reed_irq, IRQF_SHARED, "reed", reed);
	if (ret)
		return ret;

	reed_start(reed);
	return 0;
}
