// SPDX-License-Identifier: GPL-2.0-or-later
/* Lantern: a PCI beacon card that exists nowhere but in this example. */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>

#define LANTERN_BEACONS		4
#define LANTERN_CTRL		0x10
#define LANTERN_CTRL_LIT	BIT(0)

struct lantern {
	struct pci_dev *pdev;
	void __iomem *regs;
	struct mutex lock;
	u32 *pattern;
	unsigned int users;
};

static void lantern_light(struct lantern *lamp, bool lit)
{
	u32 ctrl = readl(lamp->regs + LANTERN_CTRL);

	if (lit)
		ctrl |= LANTERN_CTRL_LIT;
	else
		ctrl &= ~LANTERN_CTRL_LIT;
	writel(ctrl, lamp->regs + LANTERN_CTRL);
}

static int lantern_load_pattern(struct lantern *lamp)
{
	unsigned int i;

	for (i = 0; i < LANTERN_BEACONS; i++) {
		if (!lamp->pattern[i])
			return -EINVAL;
		writel(lamp->pattern[i], lamp->regs + 4 * i);
	}
	return 0;
}

static int lantern_open(struct lantern *lamp)
{
	int ret;

	lamp->pattern = kcalloc(LANTERN_BEACONS, sizeof(u32), GFP_KERNEL);
	if (!lamp->pattern)
		return -ENOMEM;

	ret = lantern_load_pattern(lamp);
	if (ret)
		goto err_free;

	lamp->users++;
	lantern_light(lamp, true);
	return 0;

err_free:
	kfree(lamp->pattern);
	lamp->pattern = NULL;
	return ret;
}

static void lantern_close(struct lantern *lamp)
{
	lamp->users--;
	lantern_light(lamp, false);
	kfree(lamp->pattern);
	lamp->pattern = NULL;
}

static void lantern_describe(struct lantern *lamp)
{
	dev_info(&lamp->pdev->dev, "%d beacons\n", LANTERN_BEACONS);
}
