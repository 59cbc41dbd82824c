"""studio.words: each text of a handout has a field, which is called as a person would call it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from bifolio.content.validation import safety_sentences, with_sentences
from bifolio.core.yaml_loader import parse
from bifolio.editorial.lint.passages import passages
from bifolio.studio.text_form import fields_in, form_of, key_of, text_with
from tests.conftest import ROOT

HEAD = "kind: leaflet\ntitle: A title\nsummary: A line.\nbody:\n"
ITEMS = sorted((ROOT / "content" / "handouts").glob("*.yaml"))


def _labels(body: str) -> dict[str, list[str]]:
    groups = form_of(parse(HEAD + body, "a.yaml"))
    return {group["title"]: [field["label"] for field in group["fields"]] for group in groups}


def test_a_block_alone_needs_its_own_names_only() -> None:
    body = "  - steps: {title: How, items: [{title: One, text: Do it.}, {text: Rest.}]}\n  - callout: {text: {text: Stop.}}\n"
    assert _labels(body) == {
        "Head of the handout": ["Title", "Line below the title"],
        "Steps: How": ["Title", "Step 1, title", "Step 1", "Step 2"],
        "Callout": ["Text"],
    }


def test_a_block_of_a_section_is_named_and_counted_where_there_are_two() -> None:
    body = "  - section:\n      title: Here\n      blocks:\n        - text: [A, B]\n        - bullets: [C]\n        - text: [D]\n"
    expected = [
        "Title",
        "Text 1, paragraph 1",
        "Text 1, paragraph 2",
        "Bullets, point 1",
        "Text 2, paragraph 1",
    ]
    assert _labels(body)["Here"] == expected


def test_a_cell_to_write_on_is_no_field() -> None:
    body = "  - log_table: {columns: [{label: Day}, {label: Mood}], rows: [[Monday, ''], ['', '']]}\n"
    assert _labels(body)["Table"] == ["Column 1", "Column 2", "Row 1, column 1"]
    assert list(fields_in(parse(HEAD + body, "a.yaml")).values()).count("") == 3, "and still has its words"


@pytest.mark.parametrize("path", ITEMS, ids=lambda path: path.stem)
def test_every_text_of_the_library_has_a_field_of_a_name_of_its_own(path) -> None:
    tree = parse(path.read_text("utf-8"), path.name)
    groups = form_of(tree)
    for group in groups:
        names = Counter(field["label"] for field in group["fields"])
        assert names.most_common(1)[0][1] == 1, group["title"]
        assert [name for name in names if not re.fullmatch(r"[A-Z][a-z]+[a-z0-9, ]*", name)] == []
    fields = {field["name"] for group in groups for field in group["fields"]}
    assert fields == {key_of(p.steps) for p in passages(tree) if p.text.strip()}


def test_a_safety_sentence_is_nobodys_to_change() -> None:
    text = HEAD + "  - callout: {tone: stop, text: [{safety: neck}, Own words.]}\n"
    shared = parse("safety: {neck: {text: Get checked today.}}", "defaults.yaml")
    tree, _ = with_sentences(parse(text, "a.yaml"), safety_sentences(shared)[0])
    fields = {field["text"]: field["name"] for group in form_of(tree) for field in group["fields"]}
    assert "Own words." in fields
    assert "Get checked today." not in fields
    way = key_of(("body", 0, "callout", "text", 0, "text"))
    assert text_with(tree, [(way, "Never mind."), (fields["Own words."], "Mine.")]) == text.replace(
        "Own words.", '"Mine."'
    )


def test_only_the_words_that_changed_are_written() -> None:
    tree = parse(HEAD + "  - text: [A, B] # kept\n", "a.yaml")
    (title, *_), (first, second) = ([field["name"] for field in group["fields"]] for group in form_of(tree))
    said = text_with(tree, [(title, "A title"), (first, "A"), (second, "Better")])
    assert said == HEAD + '  - text: [A, "Better"] # kept\n'
