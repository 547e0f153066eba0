"""The durable queue (DBOS): who may put work in, what the work is, and who does it."""
