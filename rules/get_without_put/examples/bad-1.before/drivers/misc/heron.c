#include <linux/platform_device.h>
#include <linux/pm_runtime.h>

static int heron_read(struct heron *bird, u32 *value)
{
	int ret;

	ret = pm_runtime_resume_and_get(bird->dev);
	if (ret)
		return ret;

	ret = regmap_read(bird->regmap, HERON_LEVEL, value);
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

	ret = pm_runtime_resume_and_get(&pdev->dev);
	if (ret)
		goto err_disable;

	ret = heron_read_version(bird);
	if (ret)
		goto err_put;

	pm_runtime_put(&pdev->dev);
	return 0;

err_put:
	pm_runtime_put(&pdev->dev);
err_disable:
	pm_runtime_disable(&pdev->dev);
	return ret;
}

static void heron_remove(struct platform_device *pdev)
{
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
