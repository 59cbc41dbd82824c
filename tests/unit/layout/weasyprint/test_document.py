"""layout.weasyprint.document: what stays of a document, and what does not."""

from __future__ import annotations

import pytest

from bifolio.layout.render import render
from bifolio.layout.weasyprint.document import laid_out
from bifolio.layout.weasyprint.stylesheets import font_configuration
from tests.support.engine import FONTS, page

pytestmark = pytest.mark.layout


def _lines() -> str:
    return str(vars(font_configuration(FONTS)).get("_lines", {}))


@pytest.mark.parametrize(
    "body", ["<p>Somebody</p>", "<svg viewBox='0 0 9 9'><path d='nonsense'/></svg><p>Somebody</p>"]
)
def test_no_word_of_a_document_stays(body: str) -> None:
    """A worker goes on to other documents, and this one may have been one client's copy."""
    render(page(body), FONTS, "a copy")
    assert "Somebody" not in _lines()


def test_no_word_stays_of_a_document_that_fails() -> None:
    def fail() -> None:
        with laid_out(page("<p>Somebody</p>"), FONTS, "a copy", None, lambda _: []):
            assert "Somebody" in _lines(), "there was something to forget"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "Somebody" not in _lines()
