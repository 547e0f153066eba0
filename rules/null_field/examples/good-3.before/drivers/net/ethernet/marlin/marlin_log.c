static bool marlin_link_up(struct marlin *marlin)
{
	if (!marlin->phy)
		return false;
	return marlin->phy->link;
}

static int marlin_speed(struct marlin *marlin)
{
	return marlin->phy ? marlin->phy->speed : 0;
}

static void marlin_log(struct marlin *marlin)
{
	netdev_info(marlin->netdev, "speed %d\n", marlin->phy->speed);
}
