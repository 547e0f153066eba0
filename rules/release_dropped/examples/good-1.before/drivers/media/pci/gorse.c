static int gorse_start_ring(struct gorse *gorse, struct gorse_ring *ring)
{
	int ret;

	ret = gorse_map_ring(gorse, ring);
	if (ret) {
		gorse_free_ring(gorse, ring);
		return ret;
	}

	ret = gorse_kick(gorse);
	if (ret)
		gorse_free_ring(gorse, ring);

	return ret;
}
