struct grebe {
	int depth;
	bool busy;
};

static int grebe_dive(struct grebe *grebe)
{
	grebe->depth++;
	return 0;
}

static int grebe_probe(struct platform_device *pdev)
{
	struct grebe *grebe = platform_get_drvdata(pdev);

	grebe_dive(grebe);
	return grebe_announce(grebe);
}
