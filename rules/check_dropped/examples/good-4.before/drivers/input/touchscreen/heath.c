static void heath_pen_up(struct heath_pen *pen)
{
	if (!pen)
		return;

	pen->down = false;
	pen->force = 0;
}

static void heath_suspend(struct heath *heath)
{
	heath_pen_up(heath->pen);
	heath_sleep(heath);
}
