static int heath_frame(struct heath *heath)
{
	struct heath_pen *pen = heath_find_pen(heath);

	if (!pen)
		return -ENODEV;

	heath->note = devm_kasprintf(heath->dev, GFP_KERNEL, "%s", heath->id);
	if (!heath->note)
		dev_dbg(heath->dev, "no note\n");

	if (heath->awake && pen && pen->down)
		heath_report(heath);
	heath_next(heath);
	return 0;
}
