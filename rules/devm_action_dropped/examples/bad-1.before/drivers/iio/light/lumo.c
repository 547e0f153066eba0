static void lumo_destroy_queue(void *data)
{
	destroy_workqueue(data);
}
static int lumo_probe(struct platform_device *pdev)
{
	struct lumo *lumo = lumo_of(pdev);
	int ret;

	lumo->queue = alloc_ordered_workqueue("lumo", 0);
	if (!lumo->queue)
		return -ENOMEM;
	ret = devm_add_action_or_reset(&pdev->dev, lumo_destroy_queue, lumo->queue);
	if (ret)
		return ret;
	ret = lumo_register(lumo);
	if (ret)
		return ret;
	return lumo_start(lumo);
}
