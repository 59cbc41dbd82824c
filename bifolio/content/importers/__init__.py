"""Importers: a text document that somebody wrote elsewhere → a handout file. `importing` is the way in."""
