"""typography, for any text: words survive, the result is XML, and setting twice is setting once."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from bifolio.compose.typography import NBSP, plain, typeset

QUOTES = ("“”‘’", "„“‚‘", "«»‹›")

# What YAML lets through: no control characters, no halves of surrogate pairs, no non-characters.
_ANY = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"), max_size=80
)
_TYPED = st.text(
    st.sampled_from("abc ABZ éß 0123456789 .,;:!?'\"()[]{}*_`~<>&#-–—…/\\|@+=%\n\t\u00a0‘’“”"), max_size=80
)
_MARKUP = re.compile(r"[\\&*_\[\]`<>~!]")

texts = st.one_of(_TYPED, _ANY)
quotes = st.sampled_from(QUOTES)
often = settings(max_examples=300, deadline=None, derandomize=True)


def _read(text: str, marks: str, *, bind_end: bool = False) -> ElementTree.Element:
    return ElementTree.fromstring(f"<p>{typeset(text, marks, bind_end=bind_end)}</p>")


def _letters(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


@often
@given(texts, quotes, st.booleans())
def test_result_is_well_formed_and_holds_three_elements(text, marks, bind_end) -> None:
    for element in _read(text, marks, bind_end=bind_end).iter():
        assert element.tag in {"p", "strong", "em", "a"}
        assert set(element.attrib) <= ({"href", "title"} if element.tag == "a" else set())
        href = element.get("href", "").casefold()
        assert not href.startswith(("javascript:", "vbscript:", "file:", "data:"))


@often
@given(texts, quotes)
def test_no_letter_and_no_digit_is_lost(text, marks) -> None:
    """Of running text without markup: markup is there to be taken away."""
    bare = _MARKUP.sub(" ", text)
    assert _letters(plain(bare, marks)) == _letters(bare)
    assert _letters("".join(_read(bare, marks).itertext())) == _letters(bare)


@often
@given(texts, quotes)
def test_plain_twice_is_plain_once(text, marks) -> None:
    once = plain(_MARKUP.sub(" ", text), marks)
    assert plain(once, marks) == once


@often
@given(texts, quotes)
def test_plain_says_what_typeset_says(text, marks) -> None:
    assert plain(text, marks) == "".join(_read(text, marks).itertext())


@often
@given(texts, quotes)
def test_binding_the_end_changes_one_space_at_most(text, marks) -> None:
    free = "".join(_read(text, marks).itertext())
    bound = "".join(_read(text, marks, bind_end=True).itertext())
    assert len(free) == len(bound)
    changed = [(one, other) for one, other in zip(free, bound, strict=True) if one != other]
    assert changed in ([], [(" ", NBSP)])
