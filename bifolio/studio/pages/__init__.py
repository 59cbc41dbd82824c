"""What the pages of the studio show: one module a page, from a view of the project to plain values."""
