static void mole_coex_start(struct mole *mole)
{
	mole->timer_on = true;
	mod_timer(&mole->coex, jiffies + HZ);
}

static void mole_coex_detach(struct mole *mole)
{
	timer_shutdown_sync(&mole->coex);
	mole->timer_on = false;
	kfree(mole);
}
