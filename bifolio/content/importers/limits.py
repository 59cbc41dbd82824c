"""How large a file to import may be, and what is refused: archives that swell, entities, macros, nested archives.

Everything is measured before a reader sees it, so that no file takes more than some seconds or some hundred megabytes.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from bifolio.core.diagnostics import RequestError

MAX_FILE_BYTES = 30_000_000
MAX_TEXT_BYTES = 1_000_000
"""Of a text, Markdown or web page: some 150,000 words."""
MAX_PARTS = 2_000
MAX_XML_BYTES = 12_000_000
MAX_ELEMENTS = 200_000
MAX_DEPTH = 80

_SPLIT = "split it into several documents, one for each handout"
_COPY = "open it in a word processor, copy its text into a new document, and import that"


def refuse(what: str, message: str, cure: str) -> RequestError:
    """Return the error that says why a file is not imported."""
    return RequestError.of(f"import.{what}", message, help=cure)


def text_of(raw: bytes) -> str:
    """Decode a text file. Raises RequestError for one that is too large, or no text."""
    if len(raw) > MAX_TEXT_BYTES:
        raise refuse(
            "too-large", f"the text has {len(raw):,} bytes; at most {MAX_TEXT_BYTES:,} are read", _SPLIT
        )
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise refuse("unreadable", "the file is no text", 'save it as "UTF-8" text, or import it as .docx')


def xml_parts(raw: bytes) -> dict[str, bytes]:
    """Return the XML files of a package (.docx, .odt), each measured and without entities. Raises RequestError."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        cure = "remove the password, or save it as .docx in a word processor"
        raise refuse("unreadable", "the file is locked with a password, or is an old .doc file", cure)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            return _measured(package)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        cure = "save it anew in a word processor as .docx or .odt"
        raise refuse("unreadable", "the file is broken, or is no document of its kind", cure) from error


def _measured(package: zipfile.ZipFile) -> dict[str, bytes]:
    parts = [part for part in package.infolist() if not part.is_dir()]
    if len(parts) > MAX_PARTS:
        raise refuse(
            "too-large", f"the file has {len(parts):,} parts; at most {MAX_PARTS:,} are read", _SPLIT
        )
    names = [part.filename for part in parts]
    for name in names:
        if name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or name.startswith("Basic/"):
            raise refuse(
                "macros", f'the document holds macros ("{name}")', "save it as .docx, without macros"
            )
        if name.lower().endswith((".zip", ".docx", ".docm", ".odt", ".jar", ".7z", ".rar", ".gz")):
            raise refuse("nested", f'another file lies in the document ("{name}")', _COPY)
    if len(set(names)) < len(names):
        raise refuse("unreadable", "two parts of the file have one name", _COPY)
    xml = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
    size = sum(part.file_size for part in xml)
    if size > MAX_XML_BYTES:
        raise refuse(
            "too-large", f"the document unpacks to {size:,} bytes; at most {MAX_XML_BYTES:,} are read", _SPLIT
        )
    bodies: dict[str, bytes] = {}
    left = MAX_ELEMENTS
    for part in xml:
        with package.open(part) as file:
            body = file.read(MAX_XML_BYTES + 1)
        left -= _refuse_xml(part.filename, body, left)
        bodies[part.filename] = body
    return bodies


class _Meter(TreeBuilder):
    """Counts the elements of a file and keeps none of them."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self.count = self._depth = 0

    def start(self, tag: str, attrs: Mapping[str, str], /) -> Element:
        """Count an element. Raises RequestError for one too many."""
        del tag, attrs
        self.count += 1
        self._depth += 1
        if self.count > self._most:
            raise refuse("too-large", f"the document has more than {MAX_ELEMENTS:,} elements", _SPLIT)
        if self._depth > MAX_DEPTH:
            raise refuse("too-deep", f"its parts are nested more than {MAX_DEPTH} deep", _COPY)
        return _NOTHING

    def end(self, tag: str, /) -> Element:
        """Leave an element."""
        del tag
        self._depth -= 1
        return _NOTHING

    def data(self, data: str, /) -> None:
        """Keep nothing."""

    def close(self) -> Element:
        return _NOTHING


_NOTHING = Element("nothing")


def _refuse_xml(name: str, body: bytes, most: int) -> int:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    meter = _Meter(most)
    parser: XMLParser = DefusedXMLParser(target=meter, forbid_dtd=True)
    try:
        parser.feed(body)
        parser.close()
    except DefusedXmlException as error:
        message = f'"{name}" defines entities, or names other files, as no word processor does'
        raise refuse("entities", message, _COPY) from error
    except ParseError as error:
        cure = "open it in a word processor and save it anew"
        raise refuse("unreadable", f'"{name}" in the file is no sound XML', cure) from error
    return meter.count
