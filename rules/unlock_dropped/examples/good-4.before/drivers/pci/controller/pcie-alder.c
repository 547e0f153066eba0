static void alder_remove(struct platform_device *pdev)
{
	struct alder *alder = platform_get_drvdata(pdev);

	pci_lock_rescan_remove();
	alder_remove_bus(alder);
	pci_unlock_rescan_remove();
	alder_stop(alder);
}
