struct grebe {
	int depth;
	bool busy;
};

static struct grebe grebes[GREBE_MAX];

static struct grebe *grebe_find(int id)
{
	return &grebes[id];
}

static int grebe_surface(int id)
{
	struct grebe *grebe = grebe_find(id);

	grebe->depth = 0;
	return 0;
}
