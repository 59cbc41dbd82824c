"""Shelf search: what a therapist types on the shelf of a clinic → the handouts that fit.

A worker reads the texts of the handouts once for each state of the project; the index is held here, so that a search as one
types never waits behind pages that are being laid out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool

from bifolio.editorial.search import Document, SearchIndex, Text
from bifolio.studio import tasks
from bifolio.studio.response_cache import ResponseCache
from bifolio.studio.tasks import TaskPool

MAX_INDEXES = 8
"""Clinics whose indexes are held; each takes about a megabyte."""


class ShelfSearch:
    """The searches of one studio: an index for each clinic, made anew when a file of the project has changed."""

    def __init__(self, workers: TaskPool, responses: ResponseCache) -> None:
        self._workers = workers
        self._responses = responses
        self._indexes: OrderedDict[str | None, tuple[str, SearchIndex]] = OrderedDict()

    async def find(self, brand: str | None, typed: str) -> dict[str, Any]:
        """Return the handouts of a clinic's shelf that fit, the best first, with what fits marked."""
        index = await self._index(brand)
        return asdict(await run_in_threadpool(index.search, typed))

    async def _index(self, brand: str | None) -> SearchIndex:
        stamp = await run_in_threadpool(self._responses.stamp)
        held = self._indexes.get(brand)
        if held is None or held[0] != stamp:
            values = self._responses.answer("search", (brand,))
            if values is None:
                values = await self._workers.run(tasks.search_texts, brand)
            held = stamp, await run_in_threadpool(_made_of, values)
            self._indexes[brand] = held
        self._indexes.move_to_end(brand)
        while len(self._indexes) > MAX_INDEXES:
            self._indexes.popitem(last=False)
        return held[1]


def _made_of(values: Mapping[str, Any]) -> SearchIndex:
    documents = [
        Document(
            **{**one, "texts": tuple(Text(**text) for text in one["texts"]), "parts": tuple(one["parts"])}
        )
        for one in values["documents"]
    ]
    return SearchIndex(documents, values["synonyms"], values["passing"])
