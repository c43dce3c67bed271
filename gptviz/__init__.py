"""A model is run, what it computed is recorded, films draw only what was recorded."""

__version__ = "0.1.0"
