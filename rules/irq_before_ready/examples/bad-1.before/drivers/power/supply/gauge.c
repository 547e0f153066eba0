static irqreturn_t gauge_irq(int irq, void *dev_id)
{
	struct gauge *gauge = dev_id;

	power_supply_changed(gauge->battery);
	return IRQ_HANDLED;
}

static int gauge_probe(struct platform_device *pdev)
{
	struct gauge *gauge;
	int ret;

	gauge = devm_kzalloc(&pdev->dev, sizeof(*gauge), GFP_KERNEL);
	if (!gauge)
		return -ENOMEM;

	gauge->battery = devm_power_supply_register(&pdev->dev, &gauge_desc, NULL);
	if (IS_ERR(gauge->battery))
		return PTR_ERR(gauge->battery);

	ret = devm_request_irq(&pdev->dev, gauge->irq, gauge_irq, 0, "gauge", gauge);
	if (ret)
		return ret;

	return 0;
}
