static void mole_init(struct mole *mole)
{
	INIT_WORK(&mole->reset, mole_reset);
}

static void mole_remove(struct mole *mole)
{
	cancel_work_sync(&mole->reset);
	if (mole->wq)
		destroy_workqueue(mole->wq);
	kfree(mole);
}
