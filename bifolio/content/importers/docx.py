"""Word files (ECMA-376) → structure, by way of the HTML that mammoth makes of them.

Tracked changes count as accepted. What mammoth does not read (headers, comments, deleted words, drawings) is looked up in
the XML and named among what is left out.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree.ElementTree import Element, tostring

from bifolio.content.importers import html
from bifolio.content.importers.limits import refuse, xml_parts
from bifolio.content.importers.tree import Document

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DC = "{http://purl.org/dc/elements/1.1/}"

_TEXT_PARTS = re.compile(r"word/(document|footnotes|endnotes)\d*\.xml")

STYLES = """
p[style-name='Title'] => h1.title:fresh
p[style-name='Subtitle'] => p.subtitle:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Quotations'] => blockquote > p:fresh
p[style-name='List Bullet 2'] => ul|ol > li > ul > li:fresh
p[style-name='List Bullet 3'] => ul|ol > li > ul|ol > li > ul > li:fresh
p[style-name='List Number 2'] => ul|ol > li > ol > li:fresh
p[style-name='List Number 3'] => ul|ol > li > ul|ol > li > ol > li:fresh
br[type='page'] => hr.page
strike => s
"""
"""What the styles of Word and LibreOffice stand for, beside those that mammoth knows."""

MAX_HEADING = 100
"""Letters: a longer paragraph is no heading, however large it is set."""


def read_docx(raw: bytes) -> Document:
    """Read a Word file. Raises RequestError for one that is broken, hostile or too large."""
    parts = xml_parts(raw)
    if "word/document.xml" not in parts:
        cure = "save it as .docx in a word processor"
        raise refuse("unreadable", "there is no text document in the file", cure)
    trees = {name: _parsed(body) for name, body in parts.items() if name.startswith(("word/", "docProps/"))}
    found = Document(
        title=_first(trees, "docProps/core.xml", f"{_DC}title"),
        language=_language(trees),
        left_out=[*_beside_the_text(trees)],
    )
    text_parts = [name for name in trees if _TEXT_PARTS.fullmatch(name)]
    found.words = "\n".join(words for name in text_parts for words in _paragraphs(trees[name]))
    found.left_out += [line for name in text_parts for line in _changes(trees[name])]
    if boxes := sum(1 for name in text_parts for _ in _boxes(trees[name])):
        found.became["text boxes → text after the paragraph beside them"] = boxes
    for name in text_parts:
        found.left_out += _mend(trees[name])
        parts[name] = tostring(trees[name], encoding="utf-8", xml_declaration=True)
    markup, messages = _markup(parts)
    found.left_out += messages
    if (body := html.parse(markup).find("body")) is not None:
        found.nodes = html.nodes_of(body, found.left_out, keep_tabs=True)
    return found


def _markup(parts: Mapping[str, bytes]) -> tuple[str, list[str]]:
    """Return what mammoth makes of a file, and what it says of it."""
    import mammoth  # late: only a Word file that is imported needs it

    number = iter(range(1, 100_000))

    def picture(image: Any) -> dict[str, str]:
        kind = str(image.content_type or "").rpartition("/")[2] or "unknown"
        return {"src": f"picture {next(number)} ({kind})"}

    try:
        result = mammoth.convert_to_html(
            _package(parts),
            style_map=STYLES,
            include_embedded_style_map=False,
            convert_image=mammoth.images.img_element(picture),
            transform_document=_with_headings,
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError) as error:
        # It takes the file to be as Word writes it; what goes wrong depends on how it is not.
        cure = "open it in a word processor and save it anew as .docx"
        raise refuse("unreadable", "the Word file is not as word processors write it", cure) from error
    said = dict.fromkeys(message.message for message in result.messages)
    unknown = [
        text for text in said if text.startswith(("An unrecognised", "A w:sym", "Could not find image"))
    ]
    return result.value, [
        f"something that cannot be read: {text}" for text in unknown if "office" not in text
    ]


def _package(parts: Mapping[str, bytes]) -> io.BytesIO:
    """Pack the measured parts anew: mammoth sees no picture, no object and nothing that was not looked at."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as package:
        for name, body in parts.items():
            package.writestr(name, body)
    stream.seek(0)
    return stream


def _parsed(body: bytes) -> Element:
    from defusedxml.ElementTree import fromstring

    root: Element = fromstring(body, forbid_dtd=True)
    return root


def _first(trees: Mapping[str, Element], name: str, tag: str) -> str:
    return " ".join((trees[name].findtext(f".//{tag}") or "").split()) if name in trees else ""


def _language(trees: Mapping[str, Element]) -> str:
    """Return the language of most words, where runs say so, or that of the styles."""
    named: Counter[str] = Counter()
    for run in trees["word/document.xml"].iter(f"{_W}r"):
        if (language := run.find(f"{_W}rPr/{_W}lang")) is not None and language.get(f"{_W}val"):
            named[str(language.get(f"{_W}val"))] += len("".join(run.itertext()))
    if not named and "word/styles.xml" in trees:
        path = f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr/{_W}lang"
        if (default := trees["word/styles.xml"].find(path)) is not None:
            named[default.get(f"{_W}val") or ""] = 1
    return max(named, key=lambda language: named[language])[:2].lower() if named else ""


# -- what mammoth does not read --------------------------------------------------------------------


def _beside_the_text(trees: Mapping[str, Element]) -> Iterator[str]:
    """Yield what a file says outside its text: in headers, comments, charts and diagrams."""
    for name, root in sorted(trees.items()):
        if re.fullmatch(r"word/(header|footer)\d*\.xml", name):
            what = "a page header" if "header" in name else "a page footer"
            if words := " / ".join(filter(None, (" ".join(p.split()) for p in _paragraphs(root)))):
                yield f"{what}: {words}"
        elif name == "word/comments.xml":
            for comment in root.iter(f"{_W}comment"):
                words = " ".join(" ".join(_paragraphs(comment)).split())
                yield f"a comment by {comment.get(f'{_W}author') or 'somebody'}: {words}"
        elif re.match(r"word/(diagrams/data|charts/chart)\d*\.xml", name):
            texts = [e.text or "" for e in root.iter() if e.tag == f"{_A}t" or e.tag.endswith("chart}v")]
            yield f"a {'chart' if 'charts' in name else 'diagram'}: {' '.join(' '.join(texts).split())}"


def _paragraphs(root: Element) -> Iterator[str]:
    """Yield the words of each paragraph as a reader of the file sees them, text boxes once."""
    if root.tag == f"{_W}p":
        yield "".join(_own_words(root))
    for child in root:
        shown = _shown(child)
        if shown.tag not in _GONE and not _is_deleted_row(shown):
            yield from _paragraphs(shown)


def _own_words(element: Element) -> Iterator[str]:
    """Yield the words of a paragraph, without those of the paragraphs in its text boxes."""
    for child in element:
        shown = _shown(child)
        if shown.tag in {f"{_W}t", f"{_M}t"}:
            yield shown.text or ""
        elif shown.tag in {f"{_W}tab", f"{_W}br", f"{_W}cr"}:
            yield " "
        elif shown.tag not in _GONE | {f"{_W}p", f"{_W}pPr", f"{_W}rPr"}:
            yield from _own_words(shown)


_GONE = frozenset({f"{_W}moveFrom", f"{_W}del"})
"""What tracked changes took out."""


def _boxes(root: Element) -> Iterator[Element]:
    """Yield the text boxes of a part, each once."""
    for child in root:
        shown = _shown(child)
        if shown.tag == f"{_W}txbxContent":
            yield shown
        yield from _boxes(shown)


def _shown(element: Element) -> Element:
    """Return the first of several ways to say the same thing; any other element as it is."""
    first = element.find(f"{_MC}Choice") if element.tag == f"{_MC}AlternateContent" else None
    return element if first is None else first


def _is_deleted_row(row: Element) -> bool:
    return row.tag == f"{_W}tr" and row.find(f"{_W}trPr/{_W}del") is not None


def _changes(root: Element) -> Iterator[str]:
    """Yield what tracked changes took out or put in, as they were accepted."""
    deleted = [
        "".join(e.text or "" for e in part.iter() if e.tag in {f"{_W}delText", f"{_W}t"})
        for part in root.iter()
        if part.tag == f"{_W}del" or _is_deleted_row(part)
    ]
    if words := " / ".join(filter(None, (" ".join(text.split()) for text in dict.fromkeys(deleted)))):
        yield f"deleted words of tracked changes: {words}"
    inserted = sum(1 for part in root.iter(f"{_W}ins") if part.find(f".//{_W}t") is not None)
    if inserted:
        yield f"marks of tracked changes: the words of {inserted} insertions count as accepted"


def _mend(root: Element) -> list[str]:
    """Rewrite what mammoth would skip in terms that it reads; return what became other than it was."""
    formulas = []
    for element in list(root.iter()):
        if element.tag in {f"{_W}fldSimple", f"{_W}bdo", f"{_W}dir"}:
            element.tag = f"{_W}smartTag"  # which it reads through
        elif element.tag == f"{_M}oMath":
            words = "".join(part.text or "" for part in element.iter(f"{_M}t"))
            formulas.append(words)
            _become(element, f"{_W}r", Element(f"{_W}t"))
            element[0].text = words
        elif element.tag == f"{_MC}AlternateContent":
            fallback = element.find(f"{_MC}Fallback")
            if fallback is None or fallback.find(f".//{_W}txbxContent") is None:
                _open_text_boxes(element)
    for drawing in [*root.iter(f"{_W}drawing")]:
        _open_text_boxes(drawing)
    for paragraph in root.iter(f"{_M}oMathPara"):
        paragraph.tag = f"{_W}smartTag"
    return [f"the setting of a formula; its signs stay as words: {words}" for words in formulas]


def _open_text_boxes(element: Element) -> None:
    boxes = [*element.iter(f"{_W}txbxContent")]
    if boxes:
        inner = {id(other) for box in boxes for other in box.iter(f"{_W}txbxContent") if other is not box}
        _become(element, f"{_W}pict", *(box for box in boxes if id(box) not in inner))


def _become(element: Element, tag: str, *children: Element) -> None:
    tail = element.tail
    element.clear()
    element.tag, element.tail = tag, tail
    element.extend(children)


# -- headings that are only set large --------------------------------------------------------------


def _with_headings(document: Any) -> Any:
    """Make headings of short paragraphs that are larger than most of the text, the largest of level 1."""
    from mammoth import documents, transforms

    letters: Counter[float] = Counter()
    for run in transforms.get_descendants_of_type(document, documents.Run):
        letters[run.font_size or 0] += len(_text(run))
    body = max(letters, key=lambda size: letters[size]) if letters else 0
    if not body:  # most of the text has the size of its style, which a run does not tell
        body = min((size for size in letters if size), default=0) if len(letters) > 2 else 11
    sizes: dict[int, float] = {}
    for paragraph in transforms.get_descendants_of_type(document, documents.Paragraph):
        size = _heading_size(paragraph, body)
        if size:
            sizes[id(paragraph)] = size
    levels = {size: min(level, 6) for level, size in enumerate(sorted(set(sizes.values()), reverse=True), 1)}
    named = {level: f"Heading {level}" for level in levels.values()}

    def lift(paragraph: Any) -> Any:
        size = _heading_size(paragraph, body)
        if not size:
            return paragraph
        return paragraph.copy(style_id=None, style_name=named[levels[size]], numbering=None)

    return transforms.paragraph(lift)(document)


def _heading_size(paragraph: Any, body: float) -> float:
    """Return the size of a paragraph that looks like a heading; 0 for any other."""
    from mammoth import documents, transforms

    name = (paragraph.style_name or "normal").lower()
    if not name.startswith(("normal", "body", "standard", "default", "text body")) or paragraph.numbering:
        return 0
    runs = [run for run in transforms.get_descendants_of_type(paragraph, documents.Run) if _text(run).strip()]
    words = "".join(map(_text, runs)).strip()
    if not runs or len(words) > MAX_HEADING or words.endswith((".", "!", ",")) or "__" in words:
        return 0
    smallest = min(run.font_size or 0 for run in runs)
    return float(smallest) if smallest >= body + 2 else 0


def _text(run: Any) -> str:
    from mammoth import documents, transforms

    return "".join(text.value for text in transforms.get_descendants_of_type(run, documents.Text))
