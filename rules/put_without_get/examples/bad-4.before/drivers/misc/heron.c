#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

static int heron_read(struct heron *bird, u32 *value)
{
	int ret;

	ret = pm_runtime_get_sync(bird->dev);
	if (ret < 0) {
		pm_runtime_put_noidle(bird->dev);
		return ret;
	}

	ret = regmap_read(bird->regmap, HERON_LEVEL, value);
	pm_runtime_mark_last_busy(bird->dev);
	pm_runtime_put_autosuspend(bird->dev);
	return ret;
}

static int heron_probe(struct platform_device *pdev)
{
	struct heron *bird;
	int ret;

	bird = devm_kzalloc(&pdev->dev, sizeof(*bird), GFP_KERNEL);
	if (!bird)
		return -ENOMEM;

	bird->dev = &pdev->dev;
	platform_set_drvdata(pdev, bird);
	pm_runtime_enable(&pdev->dev);

	ret = heron_register(bird);
	if (ret) {
		pm_runtime_disable(&pdev->dev);
		return ret;
	}

	return 0;
}

static void heron_remove(struct platform_device *pdev)
{
	struct heron *bird = platform_get_drvdata(pdev);

	heron_unregister(bird);
	pm_runtime_disable(&pdev->dev);
}

static struct platform_driver heron_driver = {
	.probe = heron_probe,
	.remove = heron_remove,
	.driver = {
		.name = "heron",
	},
};
module_platform_driver(heron_driver);
