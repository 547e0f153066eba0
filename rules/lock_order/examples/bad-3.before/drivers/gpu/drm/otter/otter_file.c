static void otter_file_forget(struct otter_file *file)
{
	mutex_lock(&file->lock);
	file->marks = 0;
	mutex_unlock(&file->lock);
}

static void otter_file_attach(struct otter_file *file, struct otter_ring *ring)
{
	mutex_lock(&file->lock);
	mutex_lock(&ring->lock);
	ring->file = file;
	mutex_unlock(&ring->lock);
	mutex_unlock(&file->lock);
}

static void otter_ring_idle(struct otter_ring *ring)
{
	mutex_lock(&ring->lock);
	ring->idle = true;
	mutex_unlock(&ring->lock);
}
