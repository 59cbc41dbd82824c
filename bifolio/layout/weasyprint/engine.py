"""The layout engine: WeasyPrint, loaded so that it sees the project's fonts and none of the machine's.

A handout asks it the same few things thousands of times, and each answer is worked out anew. What never
changes is answered at once here, in the version that was compared with itself, `COMPARED`: a third of the
time that laying out takes, and not a byte of what comes of it. What it draws wrong is mended. Another
version is used as it comes.
"""

from __future__ import annotations

import ctypes.util
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from operator import itemgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from bifolio.layout.weasyprint import repagination as compositor

COMPARED = "70.0"
"""The version of WeasyPrint whose answers are known here; tests/unit/test_engine.py compares them."""


def engine(fonts: Path) -> Any:
    """Give WeasyPrint with the fonts of a folder, which has fonts.conf and the font files."""
    os.environ["FONTCONFIG_FILE"] = str(fonts / "fonts.conf")
    return _loaded()


@cache
def _loaded() -> Any:
    with _plain_library_names(), _late(_LATE if _is_compared() else ()):
        weasyprint = importlib.import_module("weasyprint")
    if weasyprint.__version__ == COMPARED:
        quicken()
        mend()
    look_at_pages()
    set_margins_apart()
    return weasyprint


def _ask_nobody(name: str) -> str | None:
    del name
    return None


@contextmanager
def _plain_library_names() -> Iterator[None]:
    # cffi asks ctypes.util.find_library for each of the twenty names that WeasyPrint tries, and each
    # answer starts gcc, ld and ldconfig: 0.35 s on Linux. The names with .so that WeasyPrint tries last
    # load without asking anybody.
    ask = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = _ask_nobody
    try:
        yield
    finally:
        ctypes.util.find_library = ask


def _is_compared() -> bool:
    """Tell, before it is loaded, whether the version is the one that was compared: wheels name it so, PEP 427."""
    spec = importlib.util.find_spec("weasyprint")
    if spec is None or spec.origin is None:
        return False
    return (Path(spec.origin).parents[1] / f"weasyprint-{COMPARED}.dist-info").is_dir()


_LATE = ("fontTools.subset", "fontTools.varLib.instancer")
"""What WeasyPrint loads to cut fonts down, 0.1 s, and calls only where HarfBuzz cannot, or for a variable font."""


@contextmanager
def _late(names: Iterable[str]) -> Iterator[None]:
    """Have some modules loaded when something of them is called, in place of when they are named."""
    stood_for = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Late(name) for name in stood_for})
    try:
        yield
    finally:
        for name in stood_for:
            del sys.modules[name]


class _Late(ModuleType):
    """Stands for a module of which only functions and classes are asked, to be called."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def called(*args: Any, **more: Any) -> Any:
            return getattr(importlib.import_module(self.__name__), name)(*args, **more)

        return called


def quicken() -> None:
    """Answer at once what WeasyPrint works out again and again. For the version `COMPARED`, once."""
    with suppress(Exception):  # another cffi: then it reads each type as it comes
        ffi = importlib.import_module("weasyprint.text.ffi").ffi
        ffi._parsed_types = _Types(ffi)
    stream: Any = importlib.import_module("tinyhtml5.inputstream")
    stream.characters_until_regex = _Letters()
    tokens = importlib.import_module("weasyprint.css.tokens")
    tokens.Pending.solve = _solved_once(tokens.Pending.solve)
    css: Any = importlib.import_module("weasyprint.css")
    css.ComputedStyle.__missing__ = _looked_up(css, css.ComputedStyle.__missing__)
    css.resolve_var = _named(css.resolve_var)
    lines: Any = importlib.import_module("weasyprint.text.line_break")
    lines._font_style_cache_key = _name_of_font
    inline: Any = importlib.import_module("weasyprint.layout.inline")
    preferred: Any = importlib.import_module("weasyprint.layout.preferred")
    split = _by_words(lines, lines.split_first_line)
    inline.split_first_line = preferred.split_first_line = _broken_once(lines.Layout, split)
    percent: Any = importlib.import_module("weasyprint.layout.percent")
    boxes: Any = importlib.import_module("weasyprint.formatting_structure.boxes")
    boxes.Box.is_in_normal_flow = _in_flow(boxes.Box.is_in_normal_flow)
    block: Any = importlib.import_module("weasyprint.layout.block")
    block.collapse_margin = _collapsed
    background: Any = importlib.import_module("weasyprint.layout.background")
    first = importlib.import_module("weasyprint.css").INITIAL_VALUES
    background.layout_box_backgrounds = _bare_passed(background.layout_box_backgrounds, first)
    floats: Any = importlib.import_module("weasyprint.layout.float")
    fonts: Any = importlib.import_module("weasyprint.text.fonts")
    pdf: Any = importlib.import_module("pydyf").PDF
    pdf.page_references = property(_page_references)
    _replace(
        {
            lines.strut: _stood(lines.strut),
            fonts.get_font_description: _described(fonts.get_font_description),
            percent.resolve_percentages: _used(boxes.Box, percent.resolve_percentages),
            preferred.shrink_to_fit: _shrunk(preferred),
            floats.avoid_collisions: _undisturbed(floats.avoid_collisions),
        }
    )


def _replace(functions: Mapping[Callable[..., Any], Callable[..., Any]]) -> None:
    """Put functions in the place of others, in each module of WeasyPrint that has brought them in by name."""
    for module in [module for name, module in sys.modules.items() if name.startswith("weasyprint.")]:
        for name, value in list(vars(module).items()):
            if callable(value) and (new := functions.get(value)):
                setattr(module, name, new)


def mend() -> None:
    """Mend what WeasyPrint draws wrong. For the version `COMPARED`, once."""
    block: Any = importlib.import_module("weasyprint.layout.block")
    zero = importlib.import_module("weasyprint.css.properties").Dimension(0, "px")
    block.flex_layout = _carried_over(block, _as_high_as_needed(block.flex_layout, zero))


def look_at_pages() -> None:
    """Have a compositor look at the pages that WeasyPrint lays out; once."""
    layout: Any = importlib.import_module("weasyprint.layout")
    layout.make_all_pages = compositor.looked_at(layout.make_all_pages)
    build: Any = importlib.import_module("weasyprint.formatting_structure.build")
    build.element_to_box = compositor.counted(build.element_to_box)


def set_margins_apart() -> None:
    """Have running heads and feet written as artifacts (ISO 14289-1, 7.1); once.

    WeasyPrint 70 tags them, and leaves the tags without a place in the tree.
    """
    margin = importlib.import_module("weasyprint.formatting_structure.boxes").MarginBox
    draw: Any = importlib.import_module("weasyprint.draw")
    stream: Any = importlib.import_module("weasyprint.pdf.stream").Stream
    tags: Any = importlib.import_module("weasyprint.pdf.tags")
    _replace({draw.draw_page: _margins_known(draw.draw_page, margin)})
    stream.marked = _margins_apart(stream.marked)
    tags._build_box_tree = _margins_left_out(tags._build_box_tree, margin)


# -- C types -------------------------------------------------------------------------------------

_POINTERS = (
    "PangoRectangle *",
    "PangoFcFontMap *",
    "PangoLogAttr *",
    "hb_codepoint_t *",
    "hb_tag_t *",
    "unsigned int *",
    "char *",
)


class _Types(dict[str, Any]):
    """The types that cffi has parsed, by their source in C; arrays are made from what points to their items.

    cffi reads all typedefs of the engine again for each type that it has not met, 8 ms, and WeasyPrint has a
    type for each count of glyphs in a font: together a tenth of the time that a document takes.
    """

    def __init__(self, ffi: Any) -> None:
        super().__init__(ffi._parsed_types)
        pointers = ffi.typeof(f"void (*)({', '.join(_POINTERS)})").args
        self.update((source, (pointer, False)) for source, pointer in zip(_POINTERS, pointers, strict=True))
        self._array = ffi._backend.new_array_type

    def __missing__(self, source: str) -> Any:
        array = re.fullmatch(r"(\w[\w ]*)\[(\d*)\]", source)
        if not array or f"{array[1]} *" not in self:
            raise KeyError(source)
        pointer, count = self[f"{array[1]} *"][0], int(array[2]) if array[2] else None
        found = self[source] = self._array(pointer, count), False  # which tells that it is no function
        return found


# -- HTML ----------------------------------------------------------------------------------------


class _Letters(dict[tuple[Any, bool], re.Pattern[str]]):
    """What reads up to one of some letters, or as long as there are only those.

    tinyhtml5 means to keep these, but keeps each under its own pattern, where it is never found.
    """

    def __missing__(self, asked: tuple[Any, bool]) -> re.Pattern[str]:
        letters, are_wanted = asked
        if isinstance(letters, re.Pattern):
            raise KeyError(asked)
        known = "".join(f"\\x{ord(letter):02x}" for letter in letters)
        found = self[asked] = re.compile(f"[{known}]+" if are_wanted else f"[^{known}]+")
        return found


# -- CSS -----------------------------------------------------------------------------------------

_MOST_SOLVED = 64
"""Values kept of one declaration: sixteen looks of a shorthand with four sides."""


def _solved_once(solve: Callable[..., Any]) -> Callable[..., Any]:
    """Read a value with variables in it once for each set of tokens that stand for them.

    Functions are read anew: they are made anew for each element, and what they become may be changed later.
    """

    def solved(self: Any, tokens: list[Any], wanted: str, base_url: str | None) -> Any:
        if any(token.type in ("function", "() block") for token in tokens):
            return solve(self, tokens, wanted, base_url)
        kept = self.__dict__.setdefault("_solved", {})
        asked = (wanted, base_url, *map(id, tokens))
        if asked not in kept:
            if len(kept) >= _MOST_SOLVED:
                kept.clear()
            kept[asked] = solve(self, tokens, wanted, base_url), tokens  # which must live as long as their id
        return kept[asked][0]

    return solved


def _named(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """Give the tokens for which a variable stands; most tokens are none, and most variables a name and nothing else."""

    def named(computed: Any, token: Any, parent_style: Any) -> Any:
        if token.type == "function":
            if token.lower_name == "var" and len(token.arguments) == 1:
                (name,) = token.arguments
                if name.type == "ident" and name.value.startswith("--"):
                    return computed[name.value.replace("-", "_")] or []
        elif token.type != "() block":
            return None
        return resolve(computed, token, parent_style)

    return named


def _looked_up(css: Any, compute: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """Look up what a property comes to where nothing is to be worked out, as for nine of ten.

    That is what a rule has set, else the value of the parent, else the first value that the standard gives.
    """
    values = importlib.import_module("weasyprint.css.computed_values")
    first, inherited, computers = css.INITIAL_VALUES, css.INHERITED, values.COMPUTER_FUNCTIONS
    logical = {
        key: frozenset(name(block="ttb", inline=inline) for inline in ("ltr", "rtl"))
        for key, name in values.PHYSICAL_FUNCTIONS.items()
    }
    # What depends on what was specified elsewhere, or is handed on in a way of its own.
    apart = {key for key in first if key.startswith("text_decoration_")}
    apart |= {"position", "float", "display", "page"}

    def looked_up(self: Any, key: str) -> Any:
        cascaded = self.cascaded
        if key in apart or (key in logical and not logical[key].isdisjoint(cascaded)):
            return compute(self, key)
        if key in cascaded:
            value = cascaded[key][0]
            if isinstance(value, css.Pending) or value in ("inherit", "initial") or css.check_math(value):
                return compute(self, key)
        elif key in inherited or key[:2] == "__":
            if self.parent_style is None:
                return compute(self, key)
            value = self[key] = self.parent_style[key]
            return value
        else:
            value = first[key]
            if key not in css.INITIAL_NOT_COMPUTED:
                self[key] = value
                return value
        if key in computers:
            value = computers[key](self, key, value)
        self[key] = value
        return value

    return looked_up


# -- lines ---------------------------------------------------------------------------------------

_SAY_WHERE_LINES_END = (
    "direction", "font_family", "font_feature_settings", "font_kerning", "font_language_override", "font_size",
    "font_stretch", "font_style", "font_variant_alternates", "font_variant_caps", "font_variant_east_asian",
    "font_variant_ligatures", "font_variant_numeric", "font_variant_position", "font_variation_settings",
    "font_weight", "hyphenate_character", "hyphenate_limit_chars", "hyphenate_limit_zone", "hyphens", "lang",
    "letter_spacing", "overflow_wrap", "tab_size", "text_decoration_line", "white_space", "word_break",
    "word_spacing",
)  # fmt: skip
"""The properties that WeasyPrint asks for when it breaks a line and when it shapes one."""

_MOST_LINES = 10_000
"""Lines kept of a document: the longest has half as many, each asked for four times."""


def _broken_once(shaped: type[Any], split: Callable[..., Any]) -> Callable[..., Any]:
    """Break a text once for each width and each way to set it; kept with what is known of the fonts.

    Each word is asked for when the least width of a box is sought, and each line for every try: of columns as
    high as one another, of a page that may be spared, of a flex box. What is kept is a line put away; who asks
    has a copy of his own to shape again.
    """
    way = itemgetter(*_SAY_WHERE_LINES_END)

    def broken(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        kept = vars(style.font_config).setdefault("_lines", {})
        asked = text, max_width, justification_spacing, is_line_start, minimum, way(style)
        try:
            line = kept.get(asked)
        except TypeError:  # the fonts of words in a drawing are a list
            return split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
        if line is None:
            if len(kept) >= _MOST_LINES:
                kept.clear()
            line = split(text, style, context, max_width, justification_spacing, is_line_start, minimum)
            kept[asked] = line
        own = object.__new__(shaped)
        vars(own).update(vars(line[0]))
        return own, *line[1:]

    return broken


_FIRST_WORD = re.compile(
    r"[A-Za-z0-9\u00c0-\u024f\u2019]+[.,;:!?\u2019\u201d]{0,2}(?=\Z| [A-Za-z0-9\u00c0-\u024f])"
)
"""A word after which a line may end, and within which it may not: UAX 14. Others go the long way."""


def _by_words(lines: Any, split: Callable[..., Any]) -> Callable[..., Any]:
    """Take the next word for a line where the least width of a text is sought; WeasyPrint shapes each three times."""

    def by_words(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        if (
            minimum
            and max_width == 0
            and (found := _FIRST_WORD.match(text))
            and _breaks_at_spaces(style, text)
        ):
            word = found[0]
            layout = lines.create_layout(word, style, context, None, justification_spacing)
            line, _ = layout.get_first_line()
            _, length, _, *size = lines.first_line_metrics(line, word, layout, None, True, style)
            return layout, length, len(word.encode()) + 1 if word != text else None, *size
        return split(text, style, context, max_width, justification_spacing, is_line_start, minimum)

    return by_words


def _breaks_at_spaces(style: Any, text: str) -> bool:
    """Tell whether a text may be broken at its spaces, and nowhere else."""
    return (
        style["white_space"] in ("normal", "pre-line")
        and style["word_break"] == "normal"
        and style["overflow_wrap"] != "anywhere"
        and (style["hyphens"] == "none" or (style["hyphens"] == "manual" and "\xad" not in text))
        and style["font_size"] > 0
    )


def forget_lines(fonts: Any) -> None:
    """Forget the lines that were kept with what is known of fonts: of one person's copy no word stays."""
    vars(fonts).pop("_lines", None)


_FONT = (
    "font_family", "font_feature_settings", "font_language_override", "font_stretch", "font_style",
    "font_variant_alternates", "font_variant_caps", "font_variant_east_asian", "font_variant_ligatures",
    "font_variant_numeric", "font_variant_position", "font_variation_settings", "font_weight", "lang",
)  # fmt: skip
_font, _font_and_size = itemgetter(*_FONT), itemgetter(*_FONT, "font_size", "line_height")


def _name_of_font(style: Any, include_size: bool = False) -> Any:
    """Name what a style says of its font, as a key; WeasyPrint writes it out each time."""
    name = _font_and_size(style) if include_size else _font(style)
    # A list has no key, and what is to be calculated has one of its own each time.
    return name if isinstance(name[0], tuple) and isinstance(name[-1], _KEYS) else str(name)


_KEYS = (str, int, float, tuple, type(None))


def _stood(strut: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give how high a line stands at least: looked up, where WeasyPrint has two modules brought in first."""

    def stood(style: Any) -> Any:
        return style.font_config.strut_layouts.get(_name_of_font(style, include_size=True)) or strut(style)

    return stood


_DESCRIBE_FONT = (
    "font_family", "font_size", "font_stretch", "font_style", "font_variant_caps", "font_variation_settings",
    "font_weight",
)  # fmt: skip
_describes_font = itemgetter(*_DESCRIBE_FONT)

_MOST_FONTS = 1024
"""Descriptions kept; a handout has thirty."""


def _described(describe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Describe a font to Pango; once for all lines that are set in it. Pango takes a copy."""
    known: dict[Any, Any] = {}

    def described(style: Any) -> Any:
        asked = _describes_font(style)
        try:
            found = known.get(asked)
        except TypeError:  # the fonts of words in a drawing are a list
            return describe(style)
        if found is None:
            if len(known) >= _MOST_FONTS:
                known.clear()
            found = known[asked] = describe(style)
        return found

    return described


# -- boxes ---------------------------------------------------------------------------------------


_LENGTHS = (
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    "width", "min_width", "max_width", "height", "min_height", "max_height",
    *(f"border_{side}_width" for side in ("left", "right", "top", "bottom")),
)  # fmt: skip
_say_lengths = itemgetter(*_LENGTHS, "box_sizing", "border_collapse")

_MOST_LENGTHS = 4096
"""Ways kept in which boxes are sized; a handout has two hundred."""


def _used(kind: type[Any], resolve: Callable[..., None]) -> Callable[..., None]:
    """Give a box the lengths that its style says; worked out once for all that say the same, and refer to nothing."""
    known: dict[Any, dict[str, Any]] = {}

    def used(box: Any, containing_block: Any) -> None:
        said = _say_lengths(box.style)
        try:
            found = known.get(said)
        except TypeError:  # something is to be calculated
            resolve(box, containing_block)
            return
        if found:
            vars(box).update(found)
            return
        resolve(box, containing_block)
        if found is None and isinstance(box, kind):
            if len(known) >= _MOST_LENGTHS:
                known.clear()
            *lengths, _, collapse = said
            is_fixed = collapse == "separate" and all(map(_refers_to_nothing, lengths))
            known[said] = {name: vars(box)[name] for name in _LENGTHS} if is_fixed else {}

    return used


def _refers_to_nothing(length: Any) -> bool:
    return length == "auto" or isinstance(length, (int, float)) or getattr(length, "unit", None) == "px"


def _shrunk(preferred: Any) -> Callable[[Any, Any, float], float]:
    """Shrink a box to fit (CSS 2, 10.3.5). How narrow it can be need not be known of one that has the room it wants."""

    def shrunk(context: Any, box: Any, available: float) -> float:
        widest: float = preferred.max_content_width(context, box, outer=False)
        if widest <= available:
            return widest
        narrowest: float = preferred.min_content_width(context, box, outer=False)
        return min(max(narrowest, available), widest)

    return shrunk


_Place = tuple[float, float, float]


def _undisturbed(avoid: Callable[..., _Place]) -> Callable[..., _Place]:
    """Place a box beside floats; most have none beside them."""

    def undisturbed(context: Any, box: Any, containing_block: Any, outer: bool = True) -> _Place:
        is_alone = not context.excluded_shapes and not box.is_floated()
        if not is_alone or containing_block.style["direction"] == "rtl":
            return avoid(context, box, containing_block, outer)
        left = containing_block.content_box_x()
        right = left + containing_block.width
        if outer:
            return left, box.position_y, right - left
        left, right = left + box.margin_left, right - box.margin_right
        return left - box.margin_left, box.border_box_y() - box.margin_top, right - left

    return undisturbed


def _in_flow(is_in_flow: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Tell whether a box is in normal flow; most say nothing else."""

    def in_flow(self: Any) -> bool:
        style = self.style
        return (style["float"] == "none" and style["position"] == "static") or is_in_flow(self)

    return in_flow


def _collapsed(margins: Iterable[float]) -> float:
    """Collapse margins that adjoin: the largest and, where there are negative ones, the most negative (CSS 2, 8.3.1)."""
    both = (0, *margins)
    return max(both) + min(both)


_CORNERS = tuple(
    f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")
)
_SAY_GROUNDS = frozenset(
    (*_CORNERS, "background_color", "background_image", "border_image_source", "box_shadow", "mask_border_source")
)  # fmt: skip


def _bare_passed(lay_out: Callable[..., None], first: Mapping[str, Any]) -> Callable[..., None]:
    """Lay out what stands behind each box of a page; most have nothing behind them, and their styles say nothing of it."""

    def is_bare(style: Any) -> bool:
        told = vars(style)
        if "_is_bare" not in told:
            # What is set in a style itself is of a first line or letter, or was worked out.
            told["_is_bare"] = _SAY_GROUNDS.isdisjoint(told.get("cascaded", ())) and all(
                style[key] == first[key] for key in _SAY_GROUNDS if key in style
            )
        return bool(told["_is_bare"])

    def passed(page: Any, box: Any, get_image: Any, layout_children: bool = True, style: Any = None) -> None:
        if style is not None or box is page or not is_bare(box.style):
            lay_out(page, box, get_image, layout_children, style)
            return
        for corner in _CORNERS:
            setattr(box, corner, (0, 0))
        box.background = None
        for child in box.all_children() if layout_children else ():
            passed(page, child, get_image)

    return passed


# -- PDF -----------------------------------------------------------------------------------------


def _page_references(pdf: Any) -> tuple[bytes, ...]:
    """Refer to the pages of a PDF; each of its tags asks for all of them."""
    numbers = pdf.pages["Kids"][::3]
    known: tuple[bytes, ...] = vars(pdf).get("_page_references", ())
    if len(known) != len(numbers):
        known = vars(pdf)["_page_references"] = tuple(b"%d 0 R" % number for number in numbers)
    return known


# -- page breaks ---------------------------------------------------------------------------------


def _carried_over(block: Any, lay_out: Callable[..., Any]) -> Callable[..., Any]:
    """Carry a flex box to the next page that is not to be torn, or of which nothing fits.

    WeasyPrint asks this of every other box. Of a flex box whose words fit a page, and whose border or white
    below them does not, it draws the frame at the foot of the page, empty, and its words on the next.
    """

    def carried_over(context: Any, box: Any, *more: Any) -> Any:
        result = lay_out(context, box, *more)
        laid, resume_at = result[:2]
        _, skip_stack, _, page_is_empty, absolute, fixed, _ = more
        if resume_at is None or skip_stack is not None or page_is_empty:
            return result
        is_whole = block.avoid_page_break(box.style["break_inside"], context)
        if is_whole or not any(child.is_in_normal_flow() for child in laid.children):
            block.remove_placeholders(context, [laid], absolute, fixed)
            return None, None, {"break": "any", "page": None}, [], False
        return result

    return carried_over


def _as_high_as_needed(lay_out: Callable[..., Any], zero: Any) -> Callable[..., Any]:
    """Let what stands in a row be as high as it comes out: it has a least width by itself, and no least height.

    WeasyPrint sees to both (CSS Flexbox 4.5 only to that along the row), and for the height it lays each item
    out once more, in one line: what is as high as it is wide, by its padding, becomes too high.
    """

    def as_high_as_needed(context: Any, box: Any, *more: Any) -> Any:
        if box.style["flex_direction"].startswith("row"):
            for child in box.children:
                if child.is_flex_item and child.style["min_height"] == "auto":
                    child.style["min_height"] = zero
        return lay_out(context, box, *more)

    return as_high_as_needed


# -- the margin of a page ------------------------------------------------------------------------


def _margins_known(draw_page: Callable[..., None], margin: type[Any]) -> Callable[[Any, Any], None]:
    """Note of each box of a page whether it stands in the margin, before the page is drawn."""

    def drawn(page: Any, stream: Any) -> None:
        for child in page.children:
            for box in child.descendants(placeholders=True) if isinstance(child, margin) else ():
                box.is_in_margin = True
        draw_page(page, stream)

    return drawn


def _margins_apart(marked: Callable[..., Any]) -> Callable[..., Any]:
    """Mark what stands in the margin of a page as an artifact, all else with its tag."""

    @contextmanager
    def apart(stream: Any) -> Iterator[None]:
        stream.begin_marked_content("Artifact", "<</Type/Pagination>>")
        yield
        stream.end_marked_content()

    def marked_apart(self: Any, box: Any, tag: str) -> Any:
        is_apart = self._tags is not None and hasattr(box, "is_in_margin")
        return apart(self) if is_apart else marked(self, box, tag)

    return marked_apart


def _margins_left_out(build: Callable[..., Any], margin: type[Any]) -> Callable[..., Any]:
    """Build the tree of tags without what stands in the margin of a page."""

    def built(box: Any, *more: Any) -> Any:
        return () if isinstance(box, margin) else build(box, *more)

    return built
