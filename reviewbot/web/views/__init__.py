"""The pages: each module is what one place of the site shows."""
