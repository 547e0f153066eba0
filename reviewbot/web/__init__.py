"""What the service shows and takes over HTTP (FastAPI): pages, an API, a hook, its own health."""
