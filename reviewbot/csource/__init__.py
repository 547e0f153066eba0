"""C: syntax, control flow, and what a function takes and releases."""
