"""compose/book_styles: every token and sum of the EPUB's sheet has a value that old reading systems know."""

from __future__ import annotations

import re

import pytest

from bifolio.compose.book_styles import flattened
from bifolio.core.diagnostics import DesignError
from bifolio.formats.document_checks import check_styles_for_readers
from tests.conftest import ROOT
from tests.support.making import composer_of

TOKENS = {
    "lead": "2",
    "gap": "calc(3mm * var(--lead))",
    "wide": "calc(var(--gap) + 2 * (1mm - 6pt / 3))",
    "thin": "0.08mm",
    "rule": "0.4mm",
    "none": "0mm",
    "deep": "#b1f053",
    "round": "var(--again)",
    "again": "var(--round)",
}


@pytest.mark.parametrize(
    ("said", "comes_to"),
    [
        ("margin: 0 12pt -6mm", "margin: 0 1em -1.417em"),
        ("padding: var(--gap) 0", "padding: 1.417em 0"),
        ("width: var(--wide)", "width: 1.556em"),
        ("width: calc(100% / 4)", "width: 25%"),
        ("line-height: calc(1.2 * 2)", "line-height: 2.4"),
        ("border: var(--thin) solid var(--deep)", "border: 1px solid #b1f053"),
        ("border-left: var(--rule) dashed", "border-left: 1.5px dashed"),
        ("border-width: var(--none)", "border-width: 0"),
        ("border-bottom-right-radius: 12pt", "border-bottom-right-radius: 1em"),
        ('font-family: "A  b", serif', 'font-family: "A  b", serif'),
        ("margin: var(--none)", "margin: 0"),
    ],
)
def test_values_are_computed(said: str, comes_to: str) -> None:
    assert flattened(f"/* x */ .a, .b > p {{ {said} }}", TOKENS) == f".a, .b > p {{ {comes_to} }}"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("margin: var(--nowhere)", '"nowhere" has no value'),
        ("margin: var(--round)", '"round" has no value'),
        ("margin: calc(1em + 10%)", '"em" and "%"'),
        ("margin: calc(1em *)", "cannot be computed"),
        ("margin: calc(1em / 0)", "divides by zero"),
        ("margin", "is not a declaration"),
    ],
)
def test_what_has_no_value_is_one_finding(said: str, why: str) -> None:
    with pytest.raises(DesignError) as error:
        flattened(f"p {{ {said} }}", TOKENS)
    assert [(found.code, found.where) for found in error.value.findings] == [
        ("compose.book-style", "styles/flow/epub.css")
    ]
    assert why in error.value.findings[0].message
    assert error.value.findings[0].help


@pytest.mark.parametrize("rule", ["@media print { p { margin: 0 } }", "@import 'x.css';", "p { margin: 0"])
def test_only_plain_rules_stand_in_the_sheet(rule: str) -> None:
    if rule.startswith("@"):
        with pytest.raises(DesignError, match="not a rule"):
            flattened(rule, TOKENS)
    else:
        assert flattened(rule, TOKENS) == "p { margin: 0 }"


@pytest.mark.parametrize("theme", ["calm", "high-contrast", "ink-saver"])
def test_the_sheet_of_each_theme_is_plain(pipeline, theme: str) -> None:
    book = composer_of(pipeline, "letter", theme, "us", "en").stylesheet.book
    assert len(book.splitlines()) > 80
    assert list(check_styles_for_readers(book, "book")) == []
    assert not re.search(r"\d(?:mm|pt)\b|--", book)


def test_a_theme_shows_in_the_sheet(pipeline) -> None:
    calm, strong = (
        composer_of(pipeline, "letter", theme, "us", "en").stylesheet.book
        for theme in ("calm", "high-contrast")
    )
    (thin,), (thick,) = (
        re.findall(r"^\.write-line.* border-bottom: ([\d.]+)px", css, re.MULTILINE) for css in (calm, strong)
    )
    assert float(thin) < float(thick)


def test_every_class_that_the_sheet_names_is_written_by_a_template() -> None:
    css = (ROOT / "styles/flow/epub.css").read_text("utf-8")
    sheet = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    named = {
        name for rule in re.findall(r"([^{}]+)\{", sheet) for name in re.findall(r"\.([a-z][a-z-]*)", rule)
    }
    written = "".join(
        path.read_text("utf-8")
        for folder, end in (("templates", "*.j2"), ("bifolio/compose", "*.py"))
        for path in sorted((ROOT / folder).rglob(end))
    )
    assert "write-line" in named
    assert [name for name in sorted(named) if not re.search(rf"(?<![\w-]){name}(?![\w-])", written)] == []
