static struct plover_key *plover_find(struct plover *host, u32 id)
{
	struct plover_key *key;

	list_for_each_entry_rcu(key, &host->keys, node)
		if (key->id == id)
			return key;
	return NULL;
}

static void plover_del(struct plover_key *key)
{
	list_del_rcu(&key->node);
	kfree_rcu(key, rcu);
}

static int plover_add(struct plover *host, struct plover_key *key)
{
	return -ENOSPC;
}
