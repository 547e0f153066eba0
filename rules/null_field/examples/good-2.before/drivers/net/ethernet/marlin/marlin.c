static int marlin_link_speed(struct marlin *marlin)
{
	if (!marlin->phy)
		return SPEED_UNKNOWN;

	return marlin->phy->speed;
}

static bool marlin_link_up(struct marlin *marlin)
{
	return marlin->phy->link;
}

static void marlin_log(struct marlin *marlin)
{
	netdev_info(marlin->netdev, "queue %u\n", marlin->queue);
}
