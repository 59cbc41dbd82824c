"""Files → validated models."""
