"""Everything that reaches into WeasyPrint."""
