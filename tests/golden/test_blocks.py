"""Golden text: is the markup of each kind of block what we agreed?

The sample of a kind is tests/golden/blocks/<kind>.yaml; what the composer makes of it with the project's own
templates stands beside it as <kind>.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bifolio.build.pipeline import Pipeline
from bifolio.content.repository import Repository
from bifolio.model.blocks import KINDS, Section
from tests.support import markup, samples
from tests.support.golden import Golden
from tests.support.making import composer_of
from tests.support.samples import Sampler


def test_every_kind_has_a_sample_and_a_golden_file() -> None:
    assert "callout" in samples.kinds()
    assert samples.kinds() == tuple(sorted(KINDS))
    assert tuple(sorted(path.stem for path in samples.FOLDER.glob("*.html"))) == samples.kinds()


@pytest.mark.parametrize("kind", samples.kinds())
def test_markup(kind: str, repository: Repository, pipeline: Pipeline, golden: Golden) -> None:
    sampler = Sampler(repository)
    handout = sampler.handout(samples.read(kind))
    html = sampler.compose(handout, composer_of(pipeline, "letter", "calm", "us", "en"))
    golden.check(markup.blocks(html), f"blocks/{kind}.html")


@pytest.mark.parametrize("kind", samples.kinds())
def test_golden_file_is_well_formed(kind: str) -> None:
    main = markup.ElementTree.fromstring((samples.FOLDER / f"{kind}.html").read_text("utf-8"))
    assert main.tag == "main"
    assert len(main), "a block left no trace"


@pytest.mark.parametrize("kind", samples.kinds())
def test_sample_uses_every_field(kind: str, repository: Repository) -> None:
    """A field that no sample sets is a field whose markup nobody looked at."""
    body = Sampler(repository).handout(samples.read(kind)).body
    own = [block for block in body if block.kind == kind]
    assert own
    used = {field for block in own for field in _fields_set(block)}
    assert _fields(KINDS[kind]) - used - _ANYWHERE == set()


def test_samples_cite_only_what_may_be_printed(repository: Repository) -> None:
    cites = {
        cite for kind in samples.kinds() for cite in Sampler(repository).handout(samples.read(kind)).cites
    }
    assert "CRY-5" in cites
    facts = repository.evidence.facts
    assert [cite for cite in sorted(cites) if cite not in facts or not facts[cite].printable] == []


# -- fields --------------------------------------------------------------------------------------

_EVERYWHERE = frozenset({"kind", "audience"})  # of every block; audience chooses blocks, and has no markup


_ANYWHERE = frozenset({("Passage", "cites")})  # a passage is the same in every block


def _fields(cls: type[BaseModel]) -> set[tuple[str, str]]:
    """Return all fields of a class and of the classes in its fields, as (class, field)."""
    found = set()
    for name, field in cls.model_fields.items():
        if name in _EVERYWHERE:
            continue
        found.add((cls.__name__, name))
        for inner in _models(field.annotation):
            found |= _fields(inner)
    return found


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation not in KINDS.values():  # the blocks of a section have samples of their own
            yield annotation
        return
    for inner in get_args(annotation):
        yield from _models(inner)


def _fields_set(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, tuple):
        for inner in value:
            yield from _fields_set(inner)
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set:
            yield type(value).__name__, name
            yield from _fields_set(getattr(value, name))


def test_the_field_test_can_fail(repository: Repository) -> None:
    bare = Sampler(repository).handout([{"section": {"title": "T", "blocks": [{"text": "Words."}]}}])
    assert ("Section", "lead") in _fields(Section) - set(_fields_set(bare.body))
