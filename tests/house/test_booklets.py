"""No booklet says less of help than the handouts it binds: every sentence on when to get it, every support line."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from bifolio.build.pipeline import Pipeline
from bifolio.compose.typography import plain
from bifolio.content.repository import Repository
from bifolio.core.sentences import sentences
from bifolio.model.blocks import Callout, HelpWhen, Resources, walk
from bifolio.model.handout import Handout
from bifolio.model.job import Job
from bifolio.model.region import SupportLine
from bifolio.model.words import fill_words
from tests.conftest import ROOT
from tests.support.making import composer_of, html_of

BOOKLETS = tuple(sorted(path.stem for path in (ROOT / "content" / "booklets").glob("*.yaml")))
REGIONS = tuple(sorted(path.stem for path in (ROOT / "content" / "regions").glob("*.yaml")))


def _parts(repository: Repository, item: str) -> list[Handout]:
    booklet = repository.handout(item)
    return [repository.handout(name).for_readers(frozenset(booklet.audience)) for name in booklet.handouts]


def _warnings(part: Handout) -> Iterator[str]:
    """Return each sentence of a part on when to get help, and of its "stop" panels."""
    for block in walk(part.body):
        if isinstance(block, HelpWhen):
            fine = (block.fine,) if block.fine else ()
            passages = (*block.now, *block.soon, *block.when_you_can, *fine)
        elif isinstance(block, Callout) and block.tone == "stop":
            passages = block.text
        else:
            continue
        yield from (sentence for passage in passages for sentence in sentences(passage.text))


def _lines(repository: Repository, part: Handout, region: str) -> Iterator[SupportLine]:
    for block in walk(part.body):
        if isinstance(block, Resources):
            yield from repository.region(region).choose(
                block.lines, block.topics, block.limit, also=block.also
            )


def _words(text: str) -> str:
    """Return the words of a page as one line, without markup."""
    body = re.sub(r"(?s)<(style|script|head)\b.*?</\1>", " ", text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def _missing(repository: Repository, item: str, region: str, page: str, words: dict[str, str]) -> list[str]:
    """Name what a part says or shows and the page does not."""
    found = _words(page)
    said = [
        " ".join(plain(fill_words(sentence, words)).split())
        for part in _parts(repository, item)
        for sentence in _warnings(part)
    ]
    shown = [
        " ".join(plain(str(way)).split())
        for part in _parts(repository, item)
        for line in _lines(repository, part, region)
        for way in (line.short or line.name, line.phone or line.text or line.chat or line.web)
    ]
    assert said
    assert shown
    return [one for one in dict.fromkeys((*said, *shown)) if one not in found]


def _binding(repository: Repository) -> list[str]:
    return [item for item in BOOKLETS if repository.handout(item).handouts]


def test_saw_a_booklet_that_binds_help(repository: Repository) -> None:
    assert "tears-and-intimacy" in _binding(repository)
    assert any(
        isinstance(b, HelpWhen) for part in _parts(repository, "tears-and-intimacy") for b in walk(part.body)
    )


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("edition", ["letter", "a5"])
def test_a_booklet_in_print_says_what_its_parts_say_of_help(
    edition: str, region: str, repository: Repository, pipeline: Pipeline
) -> None:
    words = composer_of(pipeline, edition, "calm", region, "en").wording.words
    for item in _binding(repository):
        page = html_of(pipeline, item, edition, "calm", region, "en")
        assert _missing(repository, item, region, page, words) == [], item


@pytest.mark.parametrize("region", REGIONS)
def test_a_booklet_on_a_screen_says_what_its_parts_say_of_help(
    region: str, repository: Repository, pipeline: Pipeline
) -> None:
    words = composer_of(pipeline, "a5", "calm", region, "en").wording.words
    for item in _binding(repository):
        job = Job(item, "a5", "calm", region, "en", "default", "html")
        page = pipeline.make(job).body.decode()
        assert _missing(repository, item, region, page, words) == [], item


def test_no_help_sentence_stands_twice_in_a_row(repository: Repository) -> None:
    for item in _binding(repository):
        for block in walk(repository.handout(item).body):
            if isinstance(block, HelpWhen):
                for row in (block.now, block.soon, block.when_you_can):
                    said = [sentence for passage in row for sentence in sentences(passage.text)]
                    assert sorted(said) == sorted(set(said)), item
