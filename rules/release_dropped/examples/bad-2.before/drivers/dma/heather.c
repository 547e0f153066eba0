static void heather_remove(struct platform_device *pdev)
{
	struct heather *heather = platform_get_drvdata(pdev);

	dma_async_device_unregister(&heather->dma);
	heather_stop(heather);
	kfree(heather->slots);
	kfree(heather);
}
