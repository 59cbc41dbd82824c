"""Every construct of CommonMark, and the tables, boxes and footnotes of GitHub, in a text: works or is a named finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bifolio.compose.typography import plain, typeset
from bifolio.content.importers.inline import cleaned, written
from bifolio.content.importers.tree import Run
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import ContentError
from bifolio.model.base import check_text
from tests.support.projects import HANDOUT, Scratch

WORKS = {
    "bold": ("**Stop** here", "<strong>Stop</strong> here"),
    "bold with underscores": ("__Stop__ here", "<strong>Stop</strong> here"),
    "italic": ("*slowly* now", "<em>slowly</em> now"),
    "italic with underscores": ("_slowly_ now", "<em>slowly</em> now"),
    "bold and italic": ("***both*** now", "<em><strong>both</strong></em> now"),
    "link": ("[words](https://example.org)", '<a href="https://example.org">words</a>'),
    "link with a title": (
        '[words](https://example.org "More")',
        '<a href="https://example.org" title="More">words</a>',
    ),
    "escape": (r"\*not italic\*", "*not italic*"),
    "escaped heading": (r"\# of days", "# of days"),
    "escaped code": (r"\`as typed\`", "`as typed`"),
    "entity": ("a &amp; b", "a &amp; b"),
    "soft line break": ("one\ntwo", "one two"),
    "star alone": ("5 * 3 = 15", "5 * 3 = 15"),
    "underscores in a word": ("file_name_here", "file_name_here"),
    "gap in a sentence": ("I will ____ each day", "I will ____ each day"),
    "brackets": ("[see page 4]", "[see page 4]"),
    "number": ("1. What anxiety is", "1. What anxiety is"),
    "year at the start": ("2019 was long", "2019 was long"),
    "one backtick": ("a ` b", "a ` b"),
    "tilde": ("~20 minutes", "~20 minutes"),
    "hash in a word": ("C# and #1", "C# and #1"),
    "greater than inside": ("5 > 3", "5 &gt; 3"),
    "spaces before": ("    x = 1", "x = 1"),
    "dash inside": ("pain - or worry", "pain - or worry"),
}

REFUSED = {
    "heading": ("### Later", "section"),
    "heading after words": ("Now\n## Later", "section"),
    "underlined heading": ("Later\n=====", "section"),
    "underlined heading, lower": ("Later\n---", "section"),
    "bullets": ("- a box\n- a letter", "bullets"),
    "bullets with stars": ("Bring:\n* a box", "bullets"),
    "bullets with plus": ("+ a box", "bullets"),
    "numbered list": ("1. Rest\n2. Walk", "steps"),
    "numbered list, brackets": ("Then\n1) rest", "steps"),
    "boxes": ("- [ ] done", "checklist"),
    "quotation": ("> Call us", "callout"),
    "rule": ("Now\n\n***", "section"),
    "rule of underscores": ("____", "write_in"),
    "fenced code": ("```\nx\n```", "plain words"),
    "tilde fence": ("~~~\nx\n~~~", "plain words"),
    "code": ("Press `Enter` now", "plain words"),
    "double code": ("Press ``a`b`` now", "plain words"),
    "table": ("| A | B |\n|---|---|\n| 1 | 2 |", "log_table"),
    "table without edges": ("A | B\n--|--\n1 | 2", "log_table"),
    "struck out": ("~~old~~ new", "leave these words out"),
    "footnote": ("true[^1]", "cites"),
    "footnote text": ("[^1]: A source", "cites"),
    "address of a link": ("[a]: https://example.org", "[words](https://…)"),
    "comment": ("a <!-- b --> c", "#"),
    "paragraphs": ("one\n\ntwo", "a list under the key"),
    "hard break": ("one  \ntwo", "a list under the key"),
    "hard break, backslash": ("one\\\ntwo", "a list under the key"),
    "picture": ("![a](b.png)", "figure"),
    "HTML": ("<b>bold</b>", "**bold**"),
    "HTML block": ("<div>\nx\n</div>", "remove it"),
    "address in brackets": ("<https://example.org>", "remove it"),
    "link to a file": ("[a](notes.html)", "https"),
}


def read(scratch: Scratch, text: str) -> list[tuple[str, str]]:
    """Return the codes and cures of what is wrong with a handout whose one text this is."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("One sentence.", quoted))
    try:
        Repository(scratch.root).handout("small")
    except ContentError as error:
        return [(finding.code, finding.help or "") for finding in error.findings]
    return []


@pytest.mark.parametrize("name", WORKS)
def test_works(name: str, tmp_path: Path) -> None:
    text, shown = WORKS[name]
    assert read(Scratch.create(tmp_path), text) == []
    assert typeset(text).replace("\u00a0", " ") == shown


@pytest.mark.parametrize("name", REFUSED)
def test_is_a_finding_that_names_what_to_use(name: str, tmp_path: Path) -> None:
    text, cure = REFUSED[name]
    ((code, told),) = read(Scratch.create(tmp_path), text)
    assert code.startswith("content.")
    assert cure in told


def test_labels_may_begin_with_a_sign(tmp_path: Path) -> None:
    """A column is called "# of drinks", and a cell says "> 3"; nothing is printed other than typed."""
    scratch = Scratch.create(tmp_path)
    table = '  - log_table: {columns: ["# of drinks", "- none"], rows: [["> 3", "+ 1"]]}\n'
    scratch.write("content/handouts/small.yaml", HANDOUT.replace("  - text: One sentence.\n", table))
    assert Repository(scratch.root).handout("small").body


WORDS = st.text(st.sampled_from('ab1 *_`~#>-+[](){}<>!&;:.^\\|"é'), min_size=1, max_size=30)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(WORDS)
@example("- a")
@example("* 1")
@example("1. a")
@example("a[^b]")
@example("![a](b)")
@example("**a**b*")
@example("{doctor}")
def test_whatever_is_imported_prints_as_it_was(words: str) -> None:
    """The importer escapes every sign that would mean something, for this check and for the page."""
    bare = cleaned(words).strip()
    if not re.search(r"[^\W_]", bare):
        return
    marked = written((Run(words),))
    assert check_text(marked) == marked
    assert not re.search(r"\{[A-Za-z][A-Za-z_]*\}", marked)
    signs = re.compile(r"[\"“”‘’'\s…–—.-]|\u00a0")  # what typography sets in another way
    assert signs.sub("", plain(marked)) == signs.sub("", bare)


def test_accents_are_one_character_and_ligatures_are_letters(tmp_path: Path) -> None:
    scratch = Scratch.create(tmp_path)
    scratch.write(
        "content/handouts/small.yaml", HANDOUT.replace("One sentence.", "The o\ufb03ce of the cafe\u0301")
    )
    (block,) = Repository(scratch.root).handout("small").body
    assert "The office of the caf\u00e9" in str(block)
