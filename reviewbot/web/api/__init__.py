"""The JSON API, version 1: typed answers that stay as they are, whatever the store becomes."""
