static void siskin_push(struct siskin *siskin, u32 seed)
{
	unsigned long flags;

	spin_lock_irqsave(&siskin->lock, flags);
	siskin->seeds[siskin->head++] = seed;
	spin_unlock_irqrestore(&siskin->lock, flags);
}

static u32 siskin_pop(struct siskin *siskin)
{
	unsigned long flags;
	u32 seed;

	spin_lock_irqsave(&siskin->lock, flags);
	seed = siskin->seeds[siskin->tail++];
	spin_unlock_irqrestore(&siskin->lock, flags);
	return seed;
}

static void siskin_irq_pop(struct siskin *siskin)
{
	unsigned long flags;

	spin_lock_irqsave(&siskin->lock, flags);
	siskin->tail++;
	spin_unlock_irqrestore(&siskin->lock, flags);
}
