struct dunnock {
	int eggs;
};

int dunnock_start(struct dunnock *bird);
void dunnock_stop(struct dunnock *bird);
