"""Do people find what they look for on the shelf? The searches are in search_queries.yaml."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml

from bifolio.content.repository import Repository
from bifolio.editorial.search import SearchIndex
from bifolio.editorial.search_texts import documents
from tests.conftest import ROOT
from tests.support.projects import BRAND, SAFE, Scratch
from tests.support.studio import Client, opened

SEARCHES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "search_queries.yaml").read_text("utf-8")
)
QUERIES = SEARCHES["queries"]
KEPT_BACK = [query for query in QUERIES if query.get("kept_back")]


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    library = Repository(ROOT)
    items = [item for item in library.catalogue.handouts if library.catalogue.owner(item) is None]
    said = library.synonyms
    return SearchIndex(documents(library, items, library.region("us")), said.synonyms, said.passing)


def _failing(index: SearchIndex, queries: list[dict[str, Any]]) -> list[str]:
    """Return the searches that find none of their handouts among the first three."""
    return [
        query["asks"]
        for query in queries
        if (found := index.search(query["asks"])).is_near
        or not {hit.item for hit in found.hits[:3]} & set(query["wants"])
    ]


def test_searches_are_a_hundred_and_half_of_them_kept_back() -> None:
    assert len(QUERIES) == len({query["asks"].casefold() for query in QUERIES}) == 100
    assert len(KEPT_BACK) == 50
    library = Repository(ROOT).catalogue.handouts
    assert [q for queries in SEARCHES.values() for q in queries if not set(q["wants"]) <= set(library)] == []


def test_ninety_of_a_hundred_find_a_wanted_handout(index: SearchIndex) -> None:
    failing = _failing(index, QUERIES)
    assert len(QUERIES) - len(failing) >= 90, failing


def test_forty_three_of_those_kept_back_find_one(index: SearchIndex) -> None:
    failing = _failing(index, KEPT_BACK)
    assert len(KEPT_BACK) - len(failing) >= 43, len(failing)


def test_most_of_what_strangers_ask_is_found(index: SearchIndex) -> None:
    afterwards = SEARCHES["afterwards"]
    failing = _failing(index, afterwards)
    assert len(failing) <= len(afterwards) * 0.12, failing


def test_a_search_takes_less_than_thirty_milliseconds(index: SearchIndex) -> None:
    times = []
    for query in QUERIES:
        start = time.perf_counter()
        index.search(query["asks"])
        times.append(time.perf_counter() - start)
    assert median(times) < 0.03
    assert sorted(times)[95] < 0.1  # another process may have the core for a while


# -- as the page asks -------------------------------------------------------------------------------------------


def _ask(scratch: Scratch, *work: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with opened(scratch.root) as client:
            for step in work:
                await step(client)

    asyncio.run(run())


async def _found(client: Client, words: str, brand: str = "default") -> list[str]:
    answer = await client.ask("POST", "/api/search", {"words": words, "brand": brand})
    assert answer.status == 200, answer.body
    return [hit["item"] for hit in answer.json()["hits"]]


@pytest.mark.processes
def test_page_gets_what_fits_and_what_to_mark(scratch: Scratch) -> None:
    async def search(client: Client) -> None:
        answer = await client.ask("POST", "/api/search", {"words": "sentences ", "brand": "default"})
        (hit,) = answer.json()["hits"]
        assert hit["title"] == [["A small leaflet", False]]
        assert hit["excerpt"] == [["One ", False], ["sentence", True], [".", False]]
        assert await _found(client, "sentance") == ["small"]
        assert await _found(client, "moonflower") == []
        for nonsense in (None, 7, ["a"], {"a": "b"}, "\x00", "<b>" * 999):
            assert (await client.ask("POST", "/api/search", {"words": nonsense})).status == 200

    _ask(scratch, search)


@pytest.mark.processes
def test_search_follows_what_is_saved_and_sees_only_the_clinics_own(scratch: Scratch) -> None:
    async def search(client: Client) -> None:
        assert await _found(client, "moonflower") == []
        own = SAFE.replace("A small leaflet", "Our moonflower")
        scratch.write("content/brands/default/handouts/ours.yaml", own)
        assert await _found(client, "moonflower") == ["ours"]
        scratch.write("content/brands/other/_brand.yml", BRAND)
        assert await _found(client, "moonflower", "other") == []
        scratch.write("content/brands/default/handouts/ours.yaml", own.replace("moonflower", "nightshade"))
        assert await _found(client, "moonflower") == []
        assert await _found(client, "nightshade") == ["ours"]

    _ask(scratch, search)


@pytest.mark.processes
def test_search_needs_a_session(scratch: Scratch) -> None:
    async def search(client: Client) -> None:
        client.session = ""
        assert (await client.ask("POST", "/api/search", {"words": "sentence"})).status == 401

    _ask(scratch, search)
