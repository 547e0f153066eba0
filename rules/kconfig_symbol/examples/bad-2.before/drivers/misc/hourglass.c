static int hourglass_turn(struct hourglass *glass)
{
	glass->turns++;
#ifdef CONFIG_HOURGLASS_SAND
	hourglass_sift(glass);
#endif
	return 0;
}

static int hourglass_probe(struct platform_device *pdev)
{
	struct hourglass *glass = hourglass_find(pdev);

	return hourglass_turn(glass);
}
