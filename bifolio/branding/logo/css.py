"""CSS inside an SVG: style sheets, style attributes and presentation attributes → the computed style of an element.

Selectors are matched by cssselect2. The order of the cascade is that of CSS Cascading 4: presentation attributes,
rules, the style attribute, then `!important` rules and the `!important` style attribute. An invalid value gives way
to the next weaker one, as in a browser. What a browser would do and this module cannot raises RefusedError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import cssselect2
import tinycss2

from bifolio.branding.logo import values
from bifolio.branding.logo.properties import GEOMETRY, PROPERTIES
from bifolio.branding.logo.refusal import too_large, unsupported

SVG = "{http://www.w3.org/2000/svg}"


_ONLY_CSS = GEOMETRY | {
    "background",
    "background-color",
    "animation",
    "animation-name",
    "rotate",
    "scale",
    "translate",
}
_CASELESS = frozenset(PROPERTIES) - {
    "font-family",
    "d",
    "fill",
    "stroke",
    "clip-path",
    "mask",
    "filter",
    "transform",
}
_SHORTHANDS = {"marker": ("marker-start", "marker-mid", "marker-end"), "mask": ("mask",)}

_REFUSED = {
    "animation": "moves",
    "animation-name": "moves",
    "rotate": "is turned by CSS",
    "scale": "is scaled by CSS",
    "translate": "is moved by CSS",
    "offset-path": "is moved along a path by CSS",
    "mask-image": "has a mask of CSS",
    "mask-border": "has a mask of CSS",
}


_FACE = re.compile(r"@font-face\s*\{[^}]*\}", re.IGNORECASE)
"""Fonts in the file, which are long. Text is set in the fonts of the project, or refused."""

MAX_SHEET = 300_000
"""Letters of a style sheet."""

MAX_STYLE = 20_000
"""Letters of a style attribute."""

MAX_MATCHES = 20_000_000
"""Selectors, times elements that they may match."""


class Style(dict[str, str]):
    """Computed values by property; a property that nothing sets has its initial value."""

    def __missing__(self, name: str) -> str:
        return PROPERTIES[name].initial

    def colour(self, name: str) -> values.Colour:
        """Return the colour of a property, with the value of `color` for `currentColor`."""
        found = values.colour(self[name]) or values.BLACK
        return self.resolved(found)

    def resolved(self, colour: values.Colour) -> values.Colour:
        """Return the colour, with the value of `color` for `currentColor`."""
        return (values.colour(self["color"]) or colour) if colour.paint == values.CURRENT else colour

    def share(self, name: str) -> float:
        """Return an opacity between 0 and 1."""
        found = values.alpha(self[name])
        return 1.0 if found is None else found

    @property
    def font_size(self) -> float:
        """Return the font size in user units."""
        return float(self["font-size"].removesuffix("px"))

    def pixels(self, name: str, reference: float) -> float:
        """Return a length in user units."""
        found = values.length(self[name])
        return found.pixels(reference, self.font_size) if found else 0.0


@dataclass(frozen=True, slots=True)
class _Declaration:
    name: str
    value: str
    is_important: bool


@dataclass
class Cascade:
    """The style sheets of a drawing, and what they say of each of its elements."""

    root: Element
    is_modern: bool = False
    """Whether the drawing uses CSS that renderers of plain SVG do not know."""
    _matcher: Any = field(default_factory=cssselect2.Matcher)
    _wrappers: dict[int, Any] = field(default_factory=dict)
    _declared: dict[int, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrapper = cssselect2.ElementWrapper.from_xml_root(self.root)
        self._wrappers = {id(one.etree_element): one for one in wrapper.iter_subtree()}
        self._selectors = 0
        for element in self.root.iter(f"{SVG}style"):
            self.is_modern |= element.get("media") is not None
            kind = (element.get("type") or "text/css").strip().lower()
            if kind == "text/css" and self._is_shown(element.get("media", "")):
                self.is_modern |= "<!--" in (element.text or "")
                text = _FACE.sub("", "".join(element.itertext()))
                if len(text) > MAX_SHEET:
                    raise too_large(f"a style sheet of the logo has more than {MAX_SHEET:,} letters")
                self._read(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))

    def style(self, element: Element, parent: Mapping[str, str]) -> Style:
        """Compute the style of an element below one whose style is `parent`."""
        style = Style(
            (name, value)
            for name, value in parent.items()
            if name.startswith("--") or PROPERTIES[name].is_inherited
        )
        declared = self.declared(element)
        variables = {name: value for name, value in declared.items() if name.startswith("--")}
        style.update(variables)
        for name, value in variables.items():
            self._set(style, name, _substituted(value, style, (name,)) or "unset", parent)
        for name in declared.keys() - variables:
            self._set(style, name, declared[name], parent)
        if "font-size" in declared:
            style["font-size"] = _font_size(style["font-size"], Style(parent).font_size)
        for name, what in _REFUSED.items():
            if style[name].lower() not in ("none", "initial", "unset", ""):
                raise unsupported(f"the logo {what}", "export a still picture as plain SVG, or as PNG")
        return style

    def _set(self, style: Style, name: str, value: str, parent: Mapping[str, str]) -> None:
        if "var(" in value.lower():
            substituted = _substituted(value, style, ())
            known = PROPERTIES.get(name)
            if substituted is None or (known and not _is_valid(name, substituted)):
                substituted = "unset"
            value = substituted
        keyword = value.lower()
        inherits = name.startswith("--") or PROPERTIES[name].is_inherited
        if keyword == "inherit" or (keyword in ("unset", "revert", "revert-layer") and inherits):
            if name in parent:
                style[name] = parent[name]
            else:
                style.pop(name, None)
        elif keyword in ("initial", "unset", "revert", "revert-layer"):
            style.pop(name, None)
        elif not (name == "color" and keyword == "currentcolor"):
            style[name] = value

    # -- what is declared --------------------------------------------------------------------------

    def declared(self, element: Element) -> dict[str, str]:
        """Return what wins for an element of all that is declared, variables not yet in place."""
        known = self._declared.get(id(element))
        if known is None:
            known = self._declared[id(element)] = self._cascaded(element)
        return known

    def _cascaded(self, element: Element) -> dict[str, str]:
        if len(element.get("style", "")) > MAX_STYLE:
            raise too_large(f"the style of a part of the logo has more than {MAX_STYLE:,} letters")
        sheet = [rule[-1] for rule in self._matcher.match(self._wrappers[id(element)])]
        own = list(_declarations(tinycss2.parse_blocks_contents(element.get("style", ""))))
        ordered = [*(one for block in sheet for one in block), *own]
        found: dict[str, str] = {}
        for name, value in _presentation(element):
            if _is_valid(name, value):
                found[name] = value
                self._note(name, value, is_css=False)
        for is_important in (False, True):
            for one in ordered:
                if one.is_important is not is_important:
                    continue
                if not _is_valid(one.name, one.value):
                    self.is_modern = True  # browsers pass over it; not all renderers do
                else:
                    found[one.name] = one.value
                    self._note(one.name, one.value, is_css=True)
                    self.is_modern |= is_important
        return found

    def _note(self, name: str, value: str, *, is_css: bool) -> None:
        self.is_modern |= (
            name.startswith("--")
            or (value.lower() == "currentcolor" and value != values.CURRENT)
            or (is_css and name in _ONLY_CSS)
            or (is_css and name in ("transform", "transform-origin", "transform-box"))
            or _MODERN.search(value) is not None
        )

    # -- style sheets ------------------------------------------------------------------------------

    def _read(self, rules: list[Any]) -> None:
        for rule in rules:
            if rule.type == "qualified-rule":
                self._add(rule)
            elif rule.type == "at-rule":
                self._read_at(rule)

    def _read_at(self, rule: Any) -> None:
        keyword = rule.lower_at_keyword
        if keyword == "media":
            self.is_modern = True
            if self._is_shown(tinycss2.serialize(rule.prelude)):
                self._read(
                    tinycss2.parse_rule_list(rule.content or [], skip_comments=True, skip_whitespace=True)
                )
        elif keyword in ("supports", "layer", "container", "scope", "starting-style"):
            raise unsupported(f'the style sheet of the logo uses "@{keyword}"')

    def _is_shown(self, media: str) -> bool:
        """Tell whether rules for such media hold on a light screen; the size of the screen is not known."""
        return any(_holds(query) for query in media.lower().split(",")) if media.strip() else True

    def _add(self, rule: Any) -> None:
        content = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
        if any(one.type == "qualified-rule" for one in content):
            raise unsupported("the style sheet of the logo has rules inside of rules")
        declarations = list(_declarations(content))
        text = tinycss2.serialize(rule.prelude).strip()
        try:
            selectors = cssselect2.compile_selector_list(rule.prelude, {"svg": SVG[1:-1]})
        except cssselect2.SelectorError as error:
            if re.search(r":-\w|::", text):  # made for one browser: others skip the rule
                return
            raise unsupported(
                f'the style sheet of the logo has a selector that is not known here: "{text}"'
            ) from error
        self.is_modern |= re.search(r"[:+~[]|[^\x00-\x7f]", text) is not None
        for selector in selectors:
            if selector.pseudo_element is None and not selector.never_matches:
                self._selectors += 1
                self._matcher.add_selector(selector, declarations)
        if self._selectors * len(self._wrappers) > MAX_MATCHES:
            raise too_large("the style sheet of the logo is too large for so many elements")


_MODERN = re.compile(
    r"var\(|drop-shadow\(|(?:hwb|lab|lch|oklab|oklch|color)\(|(?:rgb|hsl)a?\([^,)]*\)|deg|canvas|windowtext|inherit|revert|unset|initial",
    re.IGNORECASE,
)
_LIGHT = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")


def _holds(query: str) -> bool:
    query = " ".join(query.split())
    parts = [part.strip() for part in re.split(r"\band\b", query.removeprefix("only "))]
    for part in parts:
        scheme = _LIGHT.fullmatch(part)
        if part in ("print", "speech") or (scheme and scheme[1] == "dark"):
            return False
        if part not in ("all", "screen", "not print") and not scheme:
            raise unsupported(f'the style sheet of the logo depends on the screen ("@media {query}")')
    return True


def _is_valid(name: str, value: str) -> bool:
    if len(value) > _LONGEST and name != "d":
        raise too_large(f'the "{name}" of a part of the logo has more than {_LONGEST:,} letters')
    if name.startswith("--") or "var(" in value.lower():
        return True
    if value.lower() in ("inherit", "initial", "unset", "revert", "revert-layer"):
        return True
    return bool(PROPERTIES[name].is_valid(value))


def _presentation(element: Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if name == "transform" and len(value) <= _LONGEST:
            matrix = values.transform(value)
            if matrix is not None:
                yield name, f"matrix({','.join(map(repr, map(float, matrix)))})"
        elif name in PROPERTIES and name not in _ONLY_CSS:
            yield name, _normal(name, value)
        elif name in _SHORTHANDS:
            for one in _SHORTHANDS[name]:
                yield one, _normal(one, value)


def _declarations(content: list[Any]) -> Iterator[_Declaration]:
    for one in content:
        if one.type != "declaration":
            continue
        value = tinycss2.serialize(one.value).strip()
        name = one.name if one.name.startswith("--") else one.lower_name
        if name == "font":
            for part, words in _font(value):
                yield _Declaration(part, words, one.important)
        elif name == "transform" or name.startswith("--"):
            yield _Declaration(name, value, one.important)
        else:
            for part in _SHORTHANDS.get(name, (name,)):
                if part in PROPERTIES:
                    yield _Declaration(part, _normal(part, value), one.important)


def _normal(name: str, value: str) -> str:
    value = " ".join(value.split())
    return (
        value.lower()
        if name in _CASELESS and "(" not in value and "currentcolor" not in value.lower()
        else value
    )


_FONT_SIZE = re.compile(r"(?:[\d.]+(?:px|pt|pc|mm|cm|in|em|rem|%|Q)|medium|large|small)(?:/\S+)?")


def _font(value: str) -> Iterator[tuple[str, str]]:
    """Take the shorthand `font` apart."""
    words = value.replace(" /", "/").replace("/ ", "/").split()
    at = next((at for at, word in enumerate(words) if _FONT_SIZE.fullmatch(word)), len(words))
    if at >= len(words) - 1:
        return
    before = [word.lower() for word in words[:at]]
    yield "font-size", words[at].partition("/")[0]
    yield "font-family", " ".join(words[at + 1 :])
    yield "font-weight", next((word for word in before if word.isdigit() or word in _WEIGHTS), "normal")
    yield "font-style", next((word for word in before if word in ("italic", "oblique")), "normal")
    yield "font-variant", "small-caps" if "small-caps" in before else "normal"


_WEIGHTS = ("bold", "bolder", "lighter")
_SIZES = {"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32}


def _font_size(value: str, above: float) -> str:
    found = values.length(value) if value not in _SIZES else values.Length(_SIZES[value], "px")
    if value in ("larger", "smaller"):
        found = values.Length(1.2 if value == "larger" else 1 / 1.2, "em")
    return f"{found.pixels(above, above) if found and found.value >= 0 else above!r}px"


# -- variables -----------------------------------------------------------------------------------

_LONGEST = 10_000
"""Letters of a value with all its variables in place."""


def _substituted(value: str, style: Mapping[str, str], above: tuple[str, ...]) -> str | None:
    """Put the values of variables in place of `var()`; None where one has neither a value nor a fallback."""
    found: list[str] = []
    for token in tinycss2.parse_component_value_list(value):
        if token.type == "function" and token.lower_name == "var":
            one = _variable(token.arguments, style, above)
        elif token.type == "function":
            inner = _substituted(tinycss2.serialize(token.arguments), style, above)
            one = None if inner is None else f"{token.name}({inner})"
        else:
            one = token.serialize()
        if one is None:
            return None
        found.append(one)
        if sum(map(len, found)) > _LONGEST:
            raise unsupported("the variables in the style sheet of the logo multiply without end")
    return "".join(found).strip()


def _variable(arguments: list[Any], style: Mapping[str, str], above: tuple[str, ...]) -> str | None:
    names = [token.value for token in arguments if token.type == "ident"]
    name = names[0] if names else ""
    if name in style and name not in above and len(above) < 20:
        return _substituted(style[name], style, (*above, name))
    commas = [at for at, token in enumerate(arguments) if token.type == "literal" and token.value == ","]
    if not commas:
        return None
    return _substituted(tinycss2.serialize(arguments[commas[0] + 1 :]), style, above)
