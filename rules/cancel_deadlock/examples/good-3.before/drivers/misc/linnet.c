static irqreturn_t linnet_irq(int irq, void *data)
{
	struct linnet *linnet = data;

	spin_lock(&linnet->lock);
	linnet->seen++;
	spin_unlock(&linnet->lock);
	return IRQ_HANDLED;
}

static void linnet_mute(struct linnet *linnet)
{
	unsigned long flags;

	spin_lock_irqsave(&linnet->lock, flags);
	linnet->muted = true;
	spin_unlock_irqrestore(&linnet->lock, flags);
}

static int linnet_open(struct linnet *linnet)
{
	return request_irq(linnet->irq, linnet_irq, 0, "linnet", linnet);
}
