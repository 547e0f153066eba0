static int marlin_probe_slot(struct marlin *marlin)
{
	struct pci_dev *pdev = NULL;

	if (marlin->host->bus)
		pdev = pci_get_slot(marlin->host->bus, marlin->devfn);
	if (!pdev)
		return -ENODEV;

	marlin->pdev = pdev;
	return 0;
}

static void marlin_forget(struct marlin *marlin)
{
	mutex_lock(&marlin->lock);
	marlin->count = 0;
	mutex_unlock(&marlin->lock);
}
