"""Text that went through the wrong encoding on its way here."""

from __future__ import annotations


def meant_by(words: str) -> str | None:
    """Return what words said before UTF-8 was read as Windows-1252 and saved again; None if they did not.

    >>> meant_by("ZoÃ«"), meant_by("Zoë"), meant_by("Zoe")
    ('Zoë', None, None)
    """
    if words.isascii():
        return None
    try:
        meant = words.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return None
    return meant if meant != words else None
