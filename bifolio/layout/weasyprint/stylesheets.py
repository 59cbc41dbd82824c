"""Parse style sheets with WeasyPrint, each layer once.

Most layers are the same in every document, and parsing them takes longer than laying a page out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bifolio.core.diagnostics import Diagnostic
from bifolio.layout.weasyprint.loader import load
from bifolio.layout.weasyprint.messages import collected_messages

_LAYER = "\n@layer "
"""Where a layer begins. What stands before the first is the order of all layers, which each must know."""

_OWN_FONTS = "@font-face"


@dataclass(frozen=True)
class StyleSheet:
    """A parsed style sheet."""

    css: Any
    """The `weasyprint.CSS`."""
    fonts: Any
    """The fonts of its own `@font-face` rules, as a `FontConfiguration`; None where it has none."""
    findings: tuple[Diagnostic, ...]
    """What WeasyPrint warned of, not yet with the name of a document."""


def split_html(html: str) -> tuple[str, str]:
    """Return a document without its first `<style>`, and the styles in it."""
    head, opened, rest = html.partition("<style>")
    styles, closed, body = rest.partition("</style>")
    return (head + body, styles) if opened and closed else (html, "")


def preload(styles: str, fonts: Path) -> None:
    """Parse styles before the documents that have them arrive. Styles with fonts of their own are parsed with each."""
    load(fonts)
    if _OWN_FONTS not in styles:
        parse(styles)
        font_configuration(fonts)


def parse(styles: str) -> StyleSheet:
    """Parse styles, each layer once in the life of the process."""
    # Own fonts are files for as long as one document needs them.
    if _OWN_FONTS in styles:
        return _parse(styles)
    order, *layers = styles.split(_LAYER)
    sheets = [_parse_once(order + _LAYER + layer) for layer in layers] or [_parse_once(order)]
    return StyleSheet(
        _joined([sheet.css for sheet in sheets]),
        None,
        tuple(finding for sheet in sheets for finding in sheet.findings),
    )


@lru_cache(maxsize=256)
def _parse_once(styles: str) -> StyleSheet:
    return _parse(styles)


def _parse(styles: str) -> StyleSheet:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    with collected_messages("") as findings:
        fonts = FontConfiguration() if _OWN_FONTS in styles else None
        css = CSS(string=styles, url_fetcher=url_fetcher(), font_config=fonts)
    return StyleSheet(css, fonts, tuple(findings))


def _joined(sheets: Sequence[Any]) -> Any:
    """Join sheets into one `weasyprint.CSS`, as if they had been parsed together."""
    from cssselect2 import Matcher
    from weasyprint import CSS

    matcher = Matcher()
    for sheet in sheets:
        for name, own in vars(sheet.matcher).items():
            if isinstance(own, dict):
                for key, entries in own.items():
                    getattr(matcher, name).setdefault(key, []).extend(_moved_down(entries, matcher.order))
            elif isinstance(own, list):
                getattr(matcher, name).extend(_moved_down(own, matcher.order))
        matcher.order += sheet.matcher.order
    page_rules = [rule for sheet in sheets for rule in sheet.page_rules]
    return CSS(
        string="", matcher=matcher, page_rules=page_rules, layers=sheets[0].layers, url_fetcher=url_fetcher()
    )


def _moved_down(entries: Iterable[Any], order: int) -> Iterator[Any]:
    """Yield selectors of a sheet as they stand after `order` others."""
    for test, specificity, own_order, *more in entries:
        yield test, specificity, own_order + order, *more


@lru_cache(maxsize=2)
def font_configuration(fonts: Path) -> Any:
    """Return the `FontConfiguration` of a folder of fonts, which `load` has named to fontconfig.

    It is made once: WeasyPrint never frees one, and keeps what it learns about fonts in it.
    """
    from weasyprint.text.fonts import FontConfiguration

    del fonts
    return FontConfiguration()


@cache
def url_fetcher() -> Any:
    """Return a fetcher for everything that WeasyPrint asks for: data addresses, and nothing else."""
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols={"data"})
