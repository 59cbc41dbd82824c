"""File names: a title and a clinic → what a finished file is called on the computer of whoever downloads it.

A name may stand on any system: the characters and the names that Windows does not take are left out. How a name travels in a
header is RFC 6266 with RFC 8187; a browser that reads only ASCII gets as much as that holds.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

MAX_LETTERS = 70
"""Letters of one part: Windows takes 260 for a whole path."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_ATTRIBUTE_CHARACTERS = "!#$&+-.^_`|~"


def file_title(*parts: str | None) -> str:
    """Return a title of these parts that a file or a folder may have; empty ones are left out."""
    title = " – ".join(plain for part in parts if part and (plain := _plain(part))) or "handout"
    return f"_{title}" if _DEVICES.match(title) else title


def file_name(*parts: str | None, suffix: str) -> str:
    """Return the name of a file.

    >>> file_name("Close or far?", "Harbour Street", suffix="pdf")
    'Close or far – Harbour Street.pdf'
    >>> file_name("Grief: a start", "A/B **Clinic**.", suffix="pdf")
    'Grief - a start – A-B Clinic.pdf'
    """
    return f"{file_title(*parts)}.{suffix}"


def _plain(part: str) -> str:
    text = re.sub(r"\s*:\s*", " - ", part.replace("**", ""))
    text = re.sub(r"[/\\|]", "-", re.sub(r'[<>"?*]', "", text))
    text = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    text = " ".join(text.split())
    if len(text) > MAX_LETTERS:
        text = text[:MAX_LETTERS].rpartition(" ")[0] or text[:MAX_LETTERS]
    return text.strip(" .-")


def disposition(kind: str, name: str) -> str:
    r"""Return the Content-Disposition of a file that a browser saves (`attachment`) or opens (`inline`).

    >>> disposition("attachment", "Tears – Café.pdf")
    'attachment; filename="Tears - Cafe.pdf"; filename*=UTF-8\'\'Tears%20%E2%80%93%20Caf%C3%A9.pdf'
    """
    plain = unicodedata.normalize("NFKD", re.sub("[–—]", "-", re.sub("[‘’]", "'", name)))
    ascii_name = re.sub(r'["\\%]', "", plain.encode("ascii", "ignore").decode())
    stem, _, suffix = ascii_name.rpartition(".")
    fallback = ascii_name if re.search("[A-Za-z0-9]", stem) else f"handout.{suffix}"
    header = f'{kind}; filename="{fallback}"'
    if fallback != name:
        header += f"; filename*=UTF-8''{quote(name, safe=_ATTRIBUTE_CHARACTERS)}"
    return header
