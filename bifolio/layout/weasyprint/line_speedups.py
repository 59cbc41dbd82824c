"""Speedups of WeasyPrint 70.0 that are about lines of text and their fonts; see speedups.py."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any

from bifolio.layout.weasyprint.patches import Patches

# -- fonts ---------------------------------------------------------------------------------------

DESCRIPTION_PROPERTIES = (
    "font_family", "font_size", "font_stretch", "font_style", "font_variant_caps", "font_variation_settings",
    "font_weight",
)  # fmt: skip
"""The properties that WeasyPrint describes to Pango."""

FONT_PROPERTIES = (
    "font_family", "font_feature_settings", "font_language_override", "font_stretch", "font_style",
    "font_variant_alternates", "font_variant_caps", "font_variant_east_asian", "font_variant_ligatures",
    "font_variant_numeric", "font_variant_position", "font_variation_settings", "font_weight", "lang",
)  # fmt: skip
"""The properties by which WeasyPrint knows a font in any size."""

MAX_FONTS = 1024
"""Descriptions kept; a handout has thirty."""


def cache_font_descriptions(patches: Patches) -> None:
    """Describe each font to Pango once, and know it by its properties.

    WeasyPrint describes the font of each line again, and writes its properties out as a text each time that it
    asks how high a line or a letter of the font is. Pango copies the description.

    Upstream: not reported. `style.cache`, which WeasyPrint has for such things, could hold both.
    Gain: 2.9 %, 3.68 s instead of 3.79 s, with all speedups (from 1.4 % to 7.5 %).
    Can go when: test_fonts_are_described_again.
    """
    from weasyprint.text import line_break
    from weasyprint.text.fonts import get_font_description

    description, font, sized_font = (
        itemgetter(*DESCRIPTION_PROPERTIES),
        itemgetter(*FONT_PROPERTIES),
        itemgetter(*FONT_PROPERTIES, "font_size", "line_height"),
    )
    known: dict[Any, Any] = {}

    def get_font_description_once(style: Any) -> Any:
        key = description(style)
        try:
            found = known.get(key)
        except TypeError:  # the font families of text in SVG are a list
            return get_font_description(style)
        if found is None:
            if len(known) >= MAX_FONTS:
                known.clear()
            found = known[key] = get_font_description(style)
        return found

    def font_style_cache_key(style: Any, include_size: bool = False) -> Any:
        key = sized_font(style) if include_size else font(style)
        # A list has no hash, and a function to be computed is equal to no other.
        is_key = isinstance(key[0], tuple) and isinstance(key[-1], (str, int, float, tuple, type(None)))
        return key if is_key else str(key)

    patches.replace_imported(get_font_description, get_font_description_once)
    patches.replace(line_break, "_font_style_cache_key", font_style_cache_key)


# -- lines ---------------------------------------------------------------------------------------

LINE_PROPERTIES = (
    "direction", "font_family", "font_feature_settings", "font_kerning", "font_language_override", "font_size",
    "font_stretch", "font_style", "font_variant_alternates", "font_variant_caps", "font_variant_east_asian",
    "font_variant_ligatures", "font_variant_numeric", "font_variant_position", "font_variation_settings",
    "font_weight", "hyphenate_character", "hyphenate_limit_chars", "hyphenate_limit_zone", "hyphens", "lang",
    "letter_spacing", "overflow_wrap", "tab_size", "text_decoration_line", "white_space", "word_break",
    "word_spacing",
)  # fmt: skip
"""The properties that WeasyPrint reads when it breaks and shapes a line."""

_FIRST_WORD = re.compile(
    r"[A-Za-z0-9\u00c0-\u024f\u2019]+[.,;:!?\u2019\u201d]{0,2}(?=\Z| [A-Za-z0-9\u00c0-\u024f])"
)
"""A word after which a line may end and within which it may not (UAX 14). Other texts go the long way."""


def shape_narrowest_lines_once(patches: Patches) -> None:
    """Take the next word as the line, where the least width of a text is asked for; WeasyPrint shapes it three times.

    Upstream: not reported. `split_first_line` could begin with the next break of `get_log_attrs` if `minimum` is set.
    Gain: 2.6 %, 5.65 s instead of 5.92 s for all handouts but the long booklet.
    Can go when: test_narrowest_lines_are_shaped_again.
    """
    from weasyprint.text import line_break

    split_first_line = line_break.split_first_line

    def split_first_word(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        found = _FIRST_WORD.match(text) if minimum and max_width == 0 else None
        if not found or not _breaks_at_spaces_only(style, text):
            return split_first_line(
                text, style, context, max_width, justification_spacing, is_line_start, minimum
            )
        word = found[0]
        layout = line_break.create_layout(word, style, context, None, justification_spacing)
        line, _ = layout.get_first_line()
        _, length, _, *size = line_break.first_line_metrics(line, word, layout, None, True, style)
        return layout, length, len(word.encode()) + 1 if word != text else None, *size

    patches.replace_imported(split_first_line, split_first_word)


def _breaks_at_spaces_only(style: Any, text: str) -> bool:
    return (
        style["white_space"] in ("normal", "pre-line")
        and style["word_break"] == "normal"
        and style["overflow_wrap"] != "anywhere"
        and (style["hyphens"] == "none" or (style["hyphens"] == "manual" and "\xad" not in text))
        and style["font_size"] > 0
    )


MAX_LINES = 10_000
"""Lines kept of a document. The longest of the library has half as many."""


def cache_lines(patches: Patches) -> None:
    """Break a text into lines once for each width and each way to set it.

    WeasyPrint shapes each word when it looks for the least width of a box, and each line again for every attempt
    to lay out columns, a flex box or a page. Lines are kept in the `FontConfiguration` until `forget_lines`;
    each caller gets a copy, which it may shape again.

    Upstream: Kozea/WeasyPrint#2808, closed, caches a part of it. #578, open, is about the same time.
    Gain: 9.6 %, 3.65 s instead of 4.04 s.
    Can go when: test_lines_are_broken_again.
    """
    from weasyprint.layout import inline, preferred
    from weasyprint.text.line_break import Layout, split_first_line

    style_key = itemgetter(*LINE_PROPERTIES)

    def split_first_line_once(
        text: str,
        style: Any,
        context: Any,
        max_width: float | None,
        justification_spacing: float,
        is_line_start: bool = True,
        minimum: bool = False,
    ) -> Any:
        lines = vars(style.font_config).setdefault("_lines", {})
        key = text, max_width, justification_spacing, is_line_start, minimum, style_key(style)
        try:
            line = lines.get(key)
        except TypeError:  # the font families of text in SVG are a list
            return split_first_line(
                text, style, context, max_width, justification_spacing, is_line_start, minimum
            )
        if line is None:
            if len(lines) >= MAX_LINES:
                lines.clear()
            line = lines[key] = split_first_line(
                text, style, context, max_width, justification_spacing, is_line_start, minimum
            )
        layout = object.__new__(Layout)
        vars(layout).update(vars(line[0]))
        return layout, *line[1:]

    patches.replace(inline, "split_first_line", split_first_line_once)
    patches.replace(preferred, "split_first_line", split_first_line_once)


def forget_lines(font_configuration: Any) -> None:
    """Forget the lines of a document, so that no word of one person's copy stays in memory."""
    vars(font_configuration).pop("_lines", None)
