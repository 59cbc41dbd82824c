"""Jobs → published files."""
