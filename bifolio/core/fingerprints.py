"""What a thing was made from, in one short text, and the one statement of what makes it.

The engine is all that can change a byte of a finished file beside the project's own: this package, Python, every
library of the lock file, and Pango with the libraries that it stands on. Takes only the standard library.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
import weakref
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from bifolio import __version__
from bifolio.core.files import PACKAGE, walk_folder

# -- values ----------------------------------------------------------------------------------------


def fingerprint(*parts: str | bytes) -> str:
    """Return the SHA-256 of the parts, each set off from the next by its length."""
    digest = hashlib.sha256()
    for part in parts:
        body = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(b"%d:" % len(body) + body)
    return digest.hexdigest()


def fingerprint_of(value: Any) -> str:
    """Return the fingerprint of a value that never changes: a model, a frozen dataclass, or plain values.

    It is remembered with the object, so that asking again costs nothing.
    """
    known = _KNOWN.get(id(value))
    if known is not None and known[0]() is value:
        return known[1]
    found = fingerprint(type(value).__qualname__, *_parts(value))
    if type(value).__weakrefoffset__:
        key = id(value)
        _KNOWN[key] = weakref.ref(value, lambda _: _KNOWN.pop(key, None)), found
    return found


_KNOWN: dict[int, tuple[weakref.ref[Any], str]] = {}


def _parts(value: Any) -> Iterable[str | bytes]:
    if isinstance(value, (str, bytes)):
        return (value,)
    if isinstance(value, (Mapping, tuple, list)):
        parts = chain.from_iterable(value.items()) if isinstance(value, Mapping) else value
        return map(fingerprint_of, parts)
    if isinstance(value, frozenset):
        return sorted(fingerprint_of(part) for part in value)
    if hasattr(value, "model_dump_json"):
        return (value.model_dump_json(warnings=False),)
    if names := getattr(value, "__dataclass_fields__", None):  # to import `dataclasses` takes long
        return [fingerprint_of(getattr(value, name)) for name in names]
    return (repr(value),)


# -- the engine ------------------------------------------------------------------------------------

RUNTIME = frozenset(
    [
        "annotated-types",
        "anyio",
        "argon2-cffi",
        "argon2-cffi-bindings",
        "brotli",
        "brotlicffi",
        "cffi",
        "click",
        "cobble",
        "coloraide",
        "cssselect2",
        "defusedxml",
        "et-xmlfile",
        "fonttools",
        "h11",
        "idna",
        "jinja2",
        "lxml",
        "mammoth",
        "markdown-it-py",
        "markupsafe",
        "mdit-py-plugins",
        "mdurl",
        "openpyxl",
        "packaging",
        "phonenumberslite",
        "pikepdf",
        "pillow",
        "platformdirs",
        "pycparser",
        "pydantic",
        "pydantic-core",
        "pydyf",
        "pygments",
        "pypdfium2",
        "pyphen",
        "pyyaml",
        "resvg-py",
        "rich",
        "segno",
        "skia-pathops",
        "starlette",
        "textstat-rs",
        "tinycss2",
        "tinyhtml5",
        "typing-extensions",
        "typing-inspection",
        "uharfbuzz",
        "uvicorn",
        "weasyprint",
        "webencodings",
        "zopfli",
    ]
)
"""The distributions of requirements.lock; a house test holds this list to it."""

EXTRA = frozenset(["bifolio-fonts"])
"""What may be installed beside them and then has a say."""


@cache
def engine_version() -> Mapping[str, str]:
    """Return the version of everything that has a say in the bytes of a file, by name."""
    from bifolio.core.shared_libraries import library_versions

    return {
        "bifolio": __version__,
        "code": program_digest(),
        "python": sys.version.partition(" ")[0],
        **installed(),
        **library_versions(),
    }


def engine_fingerprint() -> str:
    """Return the engine's version as one short text."""
    return fingerprint(*(part for entry in engine_version().items() for part in entry))


def installed() -> dict[str, str]:
    """Return the versions of the libraries of the lock file, and of extra fonts, as the names of their dist-info folders tell them."""
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - names alone, of hundreds
        except OSError:
            continue
        for name in names:
            if entry := _DISTRIBUTION.fullmatch(name):
                found.setdefault(re.sub(r"[-_.]+", "-", entry[1]).lower(), entry[2])
    return {name: found[name] for name in sorted((RUNTIME | EXTRA) & found.keys())}


_DISTRIBUTION = re.compile(r"(.+?)-(\d[^-]*)(?:-.*)?\.(?:dist|egg)-info")


def program_digest() -> str:
    """Return one digest of this package's code, wherever it is installed; the studio has no say in a file."""
    digest = hashlib.sha256()
    for name, state in _program():
        body = hashlib.sha256(Path(state.path).read_bytes()).hexdigest()
        digest.update(f"{name} {body}\n".encode())
    return digest.hexdigest()


_NO_CODE = ("bifolio/studio/", "bifolio/engine/")
"""What has no say in a file, and what has its say by its own digest."""


def _program() -> Iterable[tuple[str, Any]]:
    files = walk_folder(PACKAGE, "bifolio")
    return ((name, state) for name, state in files if not name.startswith(_NO_CODE))


def engine_stamp(libraries: Iterable[str]) -> str:
    """Return what stays the same for as long as `engine_version` does, found without loading anything.

    `libraries` are the files of Pango and its kin, as `shared_libraries.library_files` names them.
    """
    lines = [sys.version, *(f"{name} {number}" for name, number in installed().items())]
    lines += [f"{name} {state.size} {state.modified_ns}" for name, state in _program()]
    lines += [f"{name} {os.environ.get(name)}" for name in _SEARCH_PATHS]
    for path in ("/etc/ld.so.cache", *libraries):
        try:
            stat = os.stat(path)  # noqa: PTH116 - for the sake of a start in no time
            lines.append(f"{path} {stat.st_size} {stat.st_mtime_ns}")
        except OSError:
            lines.append(f"{path} is not there")
    return fingerprint(*lines)


_SEARCH_PATHS = (
    ("PATH", "WEASYPRINT_DLL_DIRECTORIES")
    if sys.platform == "win32"
    else ("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
)
"""Where a system looks for shared libraries first, or takes others from in their place."""
