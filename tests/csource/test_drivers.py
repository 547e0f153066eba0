"""The probe and remove functions of the drivers in a file."""

from __future__ import annotations

from reviewbot.csource.drivers import callbacks
from tests.csource.sights import sight

TEXT = """
static int f(struct platform_device *pdev)
{
	return 0;
}

static struct platform_driver brisk_driver = {
	.probe = f,
	.remove_new = __exit_p(brisk_remove),
	.driver = {
		.name = "brisk",
	},
};

static struct pci_driver brisk_pci_driver = {
	.probe = brisk_pci_probe,
	.remove = brisk_pci_remove,
};
"""


def test_the_drivers_of_the_buses_that_are_asked_for() -> None:
    seen = sight(TEXT)
    assert callbacks(seen, ("platform_driver", "i2c_driver")) == {
        "f": "probe",
        "brisk_remove": "remove",
    }
    assert set(callbacks(seen, ("pci_driver",))) == {"brisk_pci_probe", "brisk_pci_remove"}


def test_a_file_without_a_driver() -> None:
    assert callbacks(sight("static int f(void)\n{\n\treturn 0;\n}\n"), ("pci_driver",)) == {}
