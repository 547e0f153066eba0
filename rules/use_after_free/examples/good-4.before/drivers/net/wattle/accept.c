static void wattle_unlink(struct sock *sk)
{
	list_del_init(&wattle_sk(sk)->queue);
	sock_put(sk);
}

static void wattle_accept(struct sock *parent)
{
	struct sock *sk = wattle_first_get(parent);

	if (!sk)
		return;
	release_sock(sk);
	sock_put(sk);
}
