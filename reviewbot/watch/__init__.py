"""Follows lists and patchworks, and hands what is new there to the queue."""
