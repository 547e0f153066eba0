"""reviewbot: reviews of kernel patch series that prove what they say."""

__version__ = "0.1.0"
