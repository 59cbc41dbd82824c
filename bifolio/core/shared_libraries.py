"""The shared libraries that lay text out, as this process loads them: Pango, and those that it stands on."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

_NAMES: Mapping[str, tuple[str, ...]] = {
    "pango": ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0"),
    "harfbuzz": ("libharfbuzz.so.0", "libharfbuzz.0.dylib", "libharfbuzz-0"),
    "fontconfig": ("libfontconfig.so.1", "libfontconfig.1.dylib", "libfontconfig-1"),
    "freetype": ("libfreetype.so.6", "libfreetype.6.dylib", "libfreetype-6"),
    "fribidi": ("libfribidi.so.0", "libfribidi.0.dylib", "libfribidi-0"),
    "glib": ("libglib-2.0.so.0", "libglib-2.0.0.dylib", "libglib-2.0-0"),
}
"""What each is called on Linux, on macOS and on Windows: the names by which WeasyPrint asks for them."""


def library_versions() -> dict[str, str]:
    """Return the version of each library; "absent" for one that cannot be loaded."""
    return {name: _VERSIONS[name](library) if (library := _loaded(name)) else "absent" for name in _NAMES}


def library_files() -> list[str]:
    """Return where the libraries lie that were loaded."""
    files = (_file_of(library, _SYMBOLS[name]) for name in _NAMES if (library := _loaded(name)))
    return [file for file in files if file]


@cache
def _loaded(name: str) -> Any:
    for file in _NAMES[name]:
        with suppress(OSError):
            return ctypes.CDLL(file)
    return None


def _text(symbol: str) -> Callable[[Any], str]:
    def version(library: Any) -> str:
        function = library[symbol]
        function.restype = ctypes.c_char_p
        return str(function().decode())

    return version


def _fontconfig(library: Any) -> str:
    number = library.FcGetVersion()
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


def _freetype(library: Any) -> str:
    handle, numbers = ctypes.c_void_p(), [ctypes.c_int() for _ in range(3)]
    library.FT_Init_FreeType(ctypes.byref(handle))
    library.FT_Library_Version(handle, *map(ctypes.byref, numbers))
    library.FT_Done_FreeType(handle)
    return ".".join(str(number.value) for number in numbers)


def _fribidi(library: Any) -> str:
    version_info = ctypes.c_char_p.in_dll(library, "fribidi_version_info").value or b""
    found = re.search(rb"\d[\d.]*", version_info)
    return found[0].decode() if found else "unknown"


def _glib(library: Any) -> str:
    parts = ("major", "minor", "micro")
    return ".".join(str(ctypes.c_uint.in_dll(library, f"glib_{part}_version").value) for part in parts)


_VERSIONS: Mapping[str, Callable[[Any], str]] = {
    "pango": _text("pango_version_string"),
    "harfbuzz": _text("hb_version_string"),
    "fontconfig": _fontconfig,
    "freetype": _freetype,
    "fribidi": _fribidi,
    "glib": _glib,
}
_SYMBOLS = {
    "pango": "pango_version_string",
    "harfbuzz": "hb_version_string",
    "fontconfig": "FcGetVersion",
    "freetype": "FT_Library_Version",
    "fribidi": "fribidi_version_info",
    "glib": "glib_check_version",
}
"""Something that each library holds, by whose address the system tells the file."""


class _Place(ctypes.Structure):
    """`Dl_info`, as `dladdr` fills it."""

    _fields_ = [
        ("file", ctypes.c_char_p),
        ("base", ctypes.c_void_p),
        ("symbol", ctypes.c_char_p),
        ("address", ctypes.c_void_p),
    ]


def _file_of(library: Any, symbol: str) -> str | None:
    """Return the path of a loaded library; None where the system does not tell."""
    if sys.platform == "win32":
        name = ctypes.create_unicode_buffer(32768)
        ctypes.windll.kernel32.GetModuleFileNameW(ctypes.c_void_p(library._handle), name, len(name))  # noqa: SLF001
        return name.value or None
    place = _Place()
    dladdr = ctypes.CDLL(None).dladdr
    dladdr.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Place)]
    found = dladdr(ctypes.cast(library[symbol], ctypes.c_void_p), ctypes.byref(place))
    return os.path.realpath(os.fsdecode(place.file)) if found and place.file else None
