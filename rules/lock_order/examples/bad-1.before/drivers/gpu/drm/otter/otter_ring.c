static void otter_ring_flush(struct otter_ring *ring)
{
	mutex_lock(&ring->lock);
	mutex_lock(&otter_table_lock);
	otter_table_drop(ring);
	mutex_unlock(&otter_table_lock);
	mutex_unlock(&ring->lock);
}

static void otter_table_trim(struct otter_ring *ring)
{
	mutex_lock(&otter_table_lock);
	otter_table_shrink();
	mutex_unlock(&otter_table_lock);
}
