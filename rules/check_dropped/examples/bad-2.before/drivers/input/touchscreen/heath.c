static void heath_report(struct heath *heath, int x, int y)
{
	if (heath->pen && heath->pen->down)
		input_report_abs(heath->input, ABS_PRESSURE, heath->pen->force);

	input_report_abs(heath->input, ABS_X, x);
	input_report_abs(heath->input, ABS_Y, y);
}
