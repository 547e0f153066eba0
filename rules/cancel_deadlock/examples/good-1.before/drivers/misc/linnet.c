static void linnet_work(struct work_struct *work)
{
	struct linnet *linnet = container_of(work, struct linnet, work);

	mutex_lock(&linnet->lock);
	linnet_sing(linnet);
	mutex_unlock(&linnet->lock);
}

static void linnet_stop(struct linnet *linnet)
{
	mutex_lock(&linnet->lock);
	linnet->on = false;
	mutex_unlock(&linnet->lock);
}

static void linnet_setup(struct linnet *linnet)
{
	INIT_WORK(&linnet->work, linnet_work);
}
