static void siskin_flush(struct siskin *siskin)
{
	mutex_lock(&siskin->mutex);
	siskin_clear(siskin);
	mutex_unlock(&siskin->mutex);
}

static int siskin_close(struct siskin *siskin)
{
	mutex_lock(&siskin->mutex);
	siskin->open--;
	mutex_unlock(&siskin->mutex);

	return 0;
}
