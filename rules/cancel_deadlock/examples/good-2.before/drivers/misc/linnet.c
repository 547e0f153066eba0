static void linnet_tick(struct timer_list *timer)
{
	struct linnet *linnet = from_timer(linnet, timer, timer);

	if (linnet_done(linnet))
		linnet_quiet(linnet);
	else
		mod_timer(&linnet->timer, jiffies + HZ);
}

static void linnet_setup(struct linnet *linnet)
{
	timer_setup(&linnet->timer, linnet_tick, 0);
}
