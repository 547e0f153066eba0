static int yarrow_set_ceiling(struct yarrow *yarrow, u64 ceiling)
{
	int ret;

	ret = yarrow_get_channel(yarrow);
	if (ret)
		return ret;

	if (ceiling > U16_MAX) {
		yarrow_unlock(yarrow);
		return -ERANGE;
	}

	yarrow_write(yarrow, YARROW_CEILING, ceiling);
	yarrow_unlock(yarrow);
	return 0;
}
