"""The table in content/README.md: each topic the library set out to cover stands where the table says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bifolio.content.repository import Repository
from bifolio.model.blocks import Resources, walk
from tests.conftest import ROOT

TOPICS: dict[str, tuple[str, ...]] = {
    "S1-1": ("CRY-", "JOY-"),
    "S1-2": ("KINK-",),
    "S1-3": ("KINK-",),
    "S1-4": (),  # no study was found, so nothing may be cited
    "S1-5": ("TRA-",),
    "S1-close": ("CONS-", "PART-"),
    "S1-tone": ("PCD-4", "DISC-", "PART-9"),
    "S2-0": ("PCD-", "CRY-"),
    "S2-0b": ("PART-",),
    "S2-1": ("HORM-",),
    "S2-2": ("ALC-",),
    "S2-3": ("REL-",),
    "S2-4": ("CON-", "HORM-"),
    "S2-5": ("GRF-",),
    "S2-6": ("PAIN-",),
    "S2-7": ("KINK-",),
    "S2-8": ("SHA-",),
    "S2-9": ("JOY-", "HORM-"),
    "S2-10": ("TRA-", "CONS-"),
    "S2-10b": (),  # the line itself is tested below
    "S2-11": ("DISC-", "CONS-"),
    "S2-P": ("PART-", "CONS-"),
    "S2-Q": ("CRY-",),
    "Roles": ("PRO-",),
}
"""Each topic, and the facts (by the beginning of their ids) that its places cite between them."""

_ROW = re.compile(r"^\| (S\d-\w+|Roles) \| ([^|]+) \| ([^|]+) \| ?[0-3]? ?\|$", re.MULTILINE)
_PLACE = re.compile(r'`([a-z0-9-]+)` (?:#([a-z0-9-]+)|"([^"]+)")')
_NAMES = ("title", "label")


def _table() -> dict[str, list[tuple[str, str, str]]]:
    text = (ROOT / "content" / "README.md").read_text("utf-8")
    rows = _ROW.findall(text)
    assert len({row for row, _, _ in rows}) == len(rows), "a row stands twice"
    return {row: _PLACE.findall(places) for row, _, places in rows}


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mappings(inner)


def _find(body: Any, section: str, title: str) -> dict[str, Any] | None:
    for one in _mappings(body):
        if (section and one.get("id") == section) or (title and title in [one.get(name) for name in _NAMES]):
            return one
    return None


def _cites(value: Any) -> set[str]:
    return {fact for one in _mappings(value) for fact in one.get("cites", ())}


def test_the_table_has_every_topic() -> None:
    assert list(_table()) == list(TOPICS)
    assert len(TOPICS) == 24


@pytest.mark.parametrize("topic", TOPICS)
def test_the_topic_stands_where_the_table_says(topic: str, repository: Repository) -> None:
    places = _table()[topic]
    assert places, "the row names no place"
    cited: set[str] = set()
    for item, section, title in places:
        assert item in repository.catalogue.handouts, item
        found = _find(repository.handout_tree(item).value["body"], section, title)
        assert found is not None, f"{item} has no {section or title}"
        assert len(found) > 1, f"{item}: {section or title} is empty"
        cited |= _cites(found)
    for prefix in TOPICS[topic]:
        assert any(fact.startswith(prefix) for fact in cited), f"no place of {topic} cites {prefix}"


def test_every_item_names_a_line_of_each_region(repository: Repository) -> None:
    for item in repository.catalogue.handouts:
        blocks = [b for b in walk(repository.handout(item).body) if isinstance(b, Resources)]
        assert blocks, f"{item} has no support lines"
        for region_id in repository.catalogue.regions:
            region = repository.region(region_id)
            for block in blocks:
                assert region.choose(block.lines, block.topics, block.limit, also=block.also), (
                    f"{item} in {region_id}"
                )


def test_the_assault_line_is_there(repository: Repository) -> None:
    (line,) = repository.region("us").choose((), ("assault",), 1)
    assert (line.phone, line.hours) == ("800-656-4673", "day and night")


def test_a_wrong_place_is_seen(repository: Repository) -> None:
    body = repository.handout_tree("why-tears-come").value["body"]
    assert _find(body, "joy", "") is not None
    assert _find(body, "sorrow", "") is None
    assert _find(body, "", "No such title") is None
