#include "dunnock.h"

static int dunnock_probe(struct platform_device *pdev)
{
	struct dunnock *bird = platform_get_drvdata(pdev);

	bird->eggs = 0;
	return dunnock_start(bird);
}

static void dunnock_remove(struct platform_device *pdev)
{
	struct dunnock *bird = platform_get_drvdata(pdev);

	dunnock_stop(bird);
}
