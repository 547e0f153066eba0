int del_timer(struct timer_list *timer);
int del_timer_sync(struct timer_list *timer);
