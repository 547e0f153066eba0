static void heath_frame(struct heath *heath)
{
	struct heath_pen *pen = heath_find_pen(heath);

	if (pen)
		heath_trace(heath);

	if (heath->awake && pen && pen->down)
		heath_report(heath);

	if (pen)
		heath_trace(heath);
	heath_next(heath);
}
