static int yarrow_set_floor(struct yarrow *yarrow, u64 floor)
{
	mutex_lock(&yarrow->lock);
	if (floor > U16_MAX) {
		mutex_unlock(&yarrow->lock);
		return -ERANGE;
	}

	yarrow_write(yarrow, YARROW_FLOOR, floor);
	mutex_unlock(&yarrow->lock);
	return 0;
}
