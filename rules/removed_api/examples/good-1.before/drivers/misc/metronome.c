static void metronome_stop(struct metronome *beat)
{
	mutex_lock(&beat->lock);
	beat->running = false;
	mutex_unlock(&beat->lock);
}

static void metronome_remove(struct metronome *beat)
{
	del_timer_sync(&beat->timer);
}
