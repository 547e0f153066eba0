"""A review in the shapes that people and programs read; values in, text out, no I/O."""
