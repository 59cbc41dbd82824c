"""Optional executors."""
