static int heath_set_mode(struct heath *heath, int mode)
{
	struct heath_mode *wanted;

	wanted = heath_find_mode(heath, mode);
	if (!wanted)
		return -EINVAL;

	heath->rate = wanted->rate;
	return heath_apply(heath);
}
