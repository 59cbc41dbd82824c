"""Render: a galley → a finished form, one module a form."""
