"""Markup that a person can read in a diff: the blocks of a galley, one element a line, white space evened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

FRAME = frozenset({"masthead", "hero", "message", "colophon"})
"""Classes of what the shell puts around the blocks."""

INLINE = frozenset({"a", "br", "em", "img", "span", "strong", "svg", "title"})

_SPACE = re.compile(r"[ \t\r\n]+")  # not no-break spaces: they are typesetting
_DATA = re.compile(r"data:[^\"')]{24,}")
_DOCTYPE = "<!DOCTYPE html>"


def parse(html: str) -> Element:
    """Read a galley as XML; it is well-formed, because EPUB is made of the same templates."""
    return ElementTree.fromstring(html.replace(_DOCTYPE, "", 1))


def blocks(html: str) -> str:
    """Return the markup of the blocks alone, inside the <main> that holds them."""
    main = parse(html).find(".//main")
    assert main is not None
    framed = [child for child in main if _first_class(child) in FRAME]
    assert {"masthead", "hero", "colophon"} <= {_first_class(child) for child in framed}
    for child in framed:
        main.remove(child)
    return "\n".join(_lines(main, 0))


def _first_class(element: Element) -> str:
    return (element.get("class") or "").partition(" ")[0]


def _lines(element: Element, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if all(_name(inner) in INLINE for inner in _below(element)):
        yield indent + _line(element)
        return
    yield indent + _opening(element)
    if words := _even(element.text or "").strip():
        yield f"{indent}  {words}"
    for child in element:
        yield from _lines(child, depth + 1)
        if words := _even(child.tail or "").strip():
            yield f"{indent}  {words}"
    yield f"{indent}</{_name(element)}>"


def _below(element: Element) -> Iterator[Element]:
    """Return what stands in an element; a drawing counts as a whole."""
    for child in element:
        yield child
        if _name(child) != "svg":
            yield from _below(child)


def _line(element: Element) -> str:
    """Write an element of words and inline elements in one line; of a drawing only its title."""
    if _name(element) == "svg" and len(element) > 1:
        inside = _line(element[0]) + "<!-- the drawing -->"
    else:
        inside = _even(element.text or "")
        inside += "".join(_line(child) + _even(child.tail or "") for child in element)
    if not inside and _name(element) in {"br", "img"}:
        return _opening(element).removesuffix(">") + "/>"
    return f"{_opening(element)}{inside.strip()}</{_name(element)}>"


def _opening(element: Element) -> str:
    attributes = "".join(
        f" {name}={quoteattr(_DATA.sub('data:…', value))}" for name, value in element.attrib.items()
    )
    return f"<{_name(element)}{attributes}>"


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _even(text: str) -> str:
    return escape(_SPACE.sub(" ", text)).replace("\N{NO-BREAK SPACE}", "&#160;")
