"""Bifolio: structured content → printable, accessible handouts in a clinic's own brand."""

__version__ = "0.1.0"
