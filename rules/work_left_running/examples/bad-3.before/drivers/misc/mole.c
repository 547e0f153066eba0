static int mole_probe(struct platform_device *pdev)
{
	struct mole *mole;

	mole = devm_kzalloc(&pdev->dev, sizeof(*mole), GFP_KERNEL);
	if (!mole)
		return -ENOMEM;

	INIT_DELAYED_WORK(&mole->poll, mole_poll);
	platform_set_drvdata(pdev, mole);
	schedule_delayed_work(&mole->poll, HZ);
	return 0;
}

static void mole_remove(struct platform_device *pdev)
{
	struct mole *mole = platform_get_drvdata(pdev);

	cancel_delayed_work_sync(&mole->poll);
	mole_power(mole, false);
}
