static void otter_ring_flush(struct otter_ring *ring)
{
	mutex_lock(&ring->lock);
	mutex_lock(&otter_table_lock);
	otter_table_drop(ring);
	mutex_unlock(&otter_table_lock);
	mutex_unlock(&ring->lock);
}

static void otter_ring_unmap(struct otter_ring *ring)
{
	mutex_lock(&ring->lock);
	otter_unmap_all(ring);
	mutex_unlock(&ring->lock);
}

static void otter_unmap_one(struct otter_ring *ring)
{
	mutex_lock(&otter_table_lock);
	otter_table_drop(ring);
	mutex_unlock(&otter_table_lock);
}

static void otter_ring_reset(struct otter_ring *ring)
{
	mutex_lock(&ring->lock);
	ring->entries = 0;
	mutex_unlock(&ring->lock);
}
