"""EPUB: a handout as a book for reading systems, EPUB 3.3 with EPUB Accessibility 1.1.

The plate still has a say: the first words of each of its pages tell where the page numbers of print stand.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from bifolio.branding.palette import PAPER, derive_for_any_ground
from bifolio.compose.clinic_panel import qr
from bifolio.core.diagnostics import Diagnostic
from bifolio.formats import epub_book, image
from bifolio.formats.document_checks import (
    XHTML,
    check_document,
    check_for_readers,
    check_links,
    check_placeholders,
    check_style_links,
    check_styles_for_readers,
    finding,
    ids,
    last_level,
    parsed,
)
from bifolio.formats.flow import faces, flow
from bifolio.formats.paint import BookPaint
from bifolio.formats.placing import placing
from bifolio.formats.stages import Stages, proved
from bifolio.model.artifact import Artifact
from bifolio.resolve import Inputs


def make(inputs: Inputs, stages: Stages) -> Artifact:
    """Make the EPUB of a job, verified. Raises BifolioError with all that is wrong."""
    job, layout, brand = inputs.job, inputs.layout, inputs.clinic.brand
    plate = stages.layouts.plate(stages.compose(layout), job.pages)
    words = image.cover_words(inputs, stages)
    made = flow(inputs, stages, on_web=False)
    home = brand.clinic.shelf
    form_at = f"{home.rstrip('/')}/index.html#{job.item}" if home and made.flow.is_filled_in else None
    with placing(inputs.sources, layout.setup.files):
        openings = plate.take().openings
    book = epub_book.Book(
        clinic=made.copy.name,
        identifier=f"bifolio:{job.brand}/{job.language}/{job.region}/{job.item}",
        written=layout.handout.review.written.isoformat(),
        due=layout.handout.review.due.isoformat(),
        topics=layout.handout.topics,
        source=f"{made.flow.title}, {layout.setup.edition.name}, {layout.handout.version}",
        openings=openings,
        rights=layout.handout.text_licence,
        cover=image.cover_picture(words, inputs, stages, "JPEG"),
        form_at=form_at,
        form_code=qr(form_at) if form_at else None,
    )
    composer = stages.composer(layout.setup)
    both = {"paper": PAPER, **stages.palette(inputs.clinic.seeds, derive_for_any_ground)}
    paint = BookPaint(made.paint.day, both, made.paint.night)
    body = epub_book.render(made.flow, paint, faces(layout.setup, stages), book, composer.document)
    return stages.artifact(inputs, body, [*made.warnings, *proved(verify(body, job.path))])


# -- verify --------------------------------------------------------------------------------------

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"

_ACCESSIBLE = (
    "schema:accessMode",
    "schema:accessModeSufficient",
    "schema:accessibilityFeature",
    "schema:accessibilityHazard",
    "schema:accessibilitySummary",
)
"""What EPUB Accessibility 1.1 asks of every book; EPUBCheck passes one without."""


def verify(book: bytes, where: str) -> list[Diagnostic]:
    """Check a finished EPUB, however it was made: its container, its package, and every document in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
            first = archive.infolist()[:1]
    except (zipfile.BadZipFile, IndexError, ValueError, EOFError, OSError, NotImplementedError):
        return [finding("verify.unreadable", "this is not an EPUB that can be opened", where)]
    if not first or first[0].filename != "mimetype" or first[0].compress_type != zipfile.ZIP_STORED:
        return [finding("verify.mimetype", "the EPUB does not begin with its type, as it is", where)]
    if files["mimetype"] != b"application/epub+zip":
        return [finding("verify.mimetype", "the EPUB says that it is something else", where)]
    name = _package_name(files)
    package = parsed(files.get(name, b""), f"{where}, {name or 'package'}")
    if isinstance(package, Diagnostic):
        return [package]
    order = _reading_order(package, name)
    return [*_package(package, name, files, where), *_documents(files, order, where)]


def _package_name(files: Mapping[str, bytes]) -> str:
    found = re.search(rb'full-path="([^"]+)"', files.get("META-INF/container.xml", b""))
    return found[1].decode(errors="replace") if found else ""


def _package(package: Element, name: str, files: Mapping[str, bytes], where: str) -> Iterator[Diagnostic]:
    folder = posixpath.dirname(name)
    listed = {posixpath.join(folder, unquote(item.get("href", ""))) for item in package.iter(f"{_OPF}item")}
    for lost in sorted(listed - files.keys()):
        yield finding("verify.broken-link", f'the book lists "{lost}", which is not in it', where)
    unlisted = {"mimetype", "META-INF/container.xml", name}
    for stray in sorted(files.keys() - listed - unlisted):
        yield finding("verify.unlisted", f'"{stray}" is in the book and not in its list', where)
    for part in ("title", "language", "identifier"):
        if not (package.findtext(f".//{_DC}{part}") or "").strip():
            yield finding("verify.no-title", f"the book does not say its {part}", where)
    properties = {meta.get("property"): (meta.text or "").strip() for meta in package.iter(f"{_OPF}meta")}
    for needed in _ACCESSIBLE:
        if not properties.get(needed):
            yield finding("verify.accessibility", f"the book does not say its {needed}", where)


def _reading_order(package: Element, name: str) -> list[str]:
    """Return the names of the documents that a reader goes through, one after another."""
    folder = posixpath.dirname(name)
    listed = {item.get("id"): unquote(item.get("href", "")) for item in package.iter(f"{_OPF}item")}
    read = (item.get("idref") for item in package.iter(f"{_OPF}itemref") if item.get("linear") != "no")
    return [posixpath.join(folder, listed[item]) for item in read if item in listed]


def _documents(files: Mapping[str, bytes], order: list[str], where: str) -> Iterator[Diagnostic]:
    roots: dict[str, Element] = {}
    for name, body in files.items():
        if name.endswith(".xhtml"):
            root = parsed(body, f"{where}, {name}")
            if isinstance(root, Diagnostic):
                yield root
            else:
                roots[name] = root
    known = {name: ids(root) for name, root in roots.items()} | {
        name: frozenset() for name in files if name not in roots
    }
    # A chapter goes on from the one before; the list of contents and the cover stand by themselves.
    levels = dict.fromkeys(roots, 0)
    above = 0
    for name in (name for name in order if name in roots and not _is_contents(roots[name])):
        levels[name], above = above, last_level(roots[name], above)
    for name, root in roots.items():
        place = f"{where}, {name}"
        yield from check_document(root, XHTML, place, levels[name])
        yield from check_for_readers(root, place)
        yield from check_links(root, name, known, place)
        yield from check_placeholders(files[name], place)
    for name, body in files.items():
        if name.endswith(".css"):
            css, place = body.decode(errors="replace"), f"{where}, {name}"
            yield from check_style_links(css, name, files, place)
            yield from check_styles_for_readers(css, place)


def _is_contents(root: Element) -> bool:
    return next(root.iter(f"{XHTML}nav"), None) is not None
