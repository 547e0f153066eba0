#include <linux/clk.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

static int heron_runtime_suspend(struct device *dev)
{
	struct heron *bird = dev_get_drvdata(dev);

	clk_disable_unprepare(bird->clk);
	return 0;
}

static int heron_runtime_resume(struct device *dev)
{
	struct heron *bird = dev_get_drvdata(dev);

	return clk_prepare_enable(bird->clk);
}

static int heron_probe(struct platform_device *pdev)
{
	struct heron *bird;
	int ret;

	bird = devm_kzalloc(&pdev->dev, sizeof(*bird), GFP_KERNEL);
	if (!bird)
		return -ENOMEM;

	bird->clk = devm_clk_get(&pdev->dev, NULL);
	if (IS_ERR(bird->clk))
		return PTR_ERR(bird->clk);

	ret = clk_prepare_enable(bird->clk);
	if (ret)
		return ret;

	platform_set_drvdata(pdev, bird);
	pm_runtime_set_active(&pdev->dev);
	pm_runtime_enable(&pdev->dev);
	return 0;
}

static void heron_remove(struct platform_device *pdev)
{
	struct heron *bird = platform_get_drvdata(pdev);

	pm_runtime_get_sync(&pdev->dev);
	heron_stop(bird);
	pm_runtime_disable(&pdev->dev);
	pm_runtime_put_noidle(&pdev->dev);
	clk_disable_unprepare(bird->clk);
}

static DEFINE_RUNTIME_DEV_PM_OPS(heron_pm, heron_runtime_suspend,
				 heron_runtime_resume, NULL);

static struct platform_driver heron_driver = {
	.probe = heron_probe,
	.remove = heron_remove,
	.driver = {
		.name = "heron",
		.pm = pm_ptr(&heron_pm),
	},
};
module_platform_driver(heron_driver);
