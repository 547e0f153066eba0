static int mole_probe(struct platform_device *pdev)
{
	struct mole *mole = mole_alloc(pdev);
	int ret;

	timer_setup(&mole->idle, mole_idle, 0);
	ret = mole_add(mole);
	if (ret)
		timer_delete_sync(&mole->idle);
	return ret;
}
