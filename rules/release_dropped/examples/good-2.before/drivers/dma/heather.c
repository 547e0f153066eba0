static int heather_setup(struct heather *heather)
{
	int ret;

	heather->slots = kcalloc(HEATHER_SLOTS, sizeof(*heather->slots), GFP_KERNEL);
	if (!heather->slots)
		return -ENOMEM;

	ret = heather_reset(heather);
	if (ret) {
		kfree(heather->slots);
		return ret;
	}

	return 0;
}
