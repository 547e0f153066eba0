struct grebe {
	int depth;
	bool busy;
};

static int grebe_dive(struct grebe *grebe)
{
	grebe->depth++;
	return 0;
}

static void grebe_remove(struct platform_device *pdev)
{
	struct grebe *grebe = platform_get_drvdata(pdev);

	grebe_dive(grebe);
	grebe_quiet(grebe);
}
