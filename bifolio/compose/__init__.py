"""Models → HTML."""
