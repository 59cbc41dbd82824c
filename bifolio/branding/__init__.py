"""A clinic's own files: colours, fonts, logo, theme, tables of clinics."""
