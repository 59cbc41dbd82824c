"""What an editor and a clinician do with a text."""
