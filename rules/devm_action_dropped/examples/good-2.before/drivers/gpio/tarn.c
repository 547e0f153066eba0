static void tarn_stop_clock(void *data)
{
	tarn_clock_off(data);
}
static int tarn_probe(struct platform_device *pdev)
{
	struct tarn *tarn = tarn_of(pdev);
	int ret;

	ret = tarn_clock_on(tarn);
	if (ret)
		return ret;
	ret = devm_add_action_or_reset(&pdev->dev, tarn_stop_clock, tarn);
	if (ret)
		return ret;
	return tarn_add_lines(tarn);
}
