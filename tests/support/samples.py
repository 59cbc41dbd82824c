"""Samples: the YAML of tests/golden/blocks as blocks, handouts of them, and finished pages of those."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bifolio.compose.composer import Composer
from bifolio.content.repository import Repository
from bifolio.model.handout import Handout

FOLDER = Path(__file__).parent.parent / "golden" / "blocks"

FRAME: dict[str, Any] = {
    "kind": "leaflet",
    "title": "A sample page",
    "summary": "It shows how blocks look.",
    "audience": ["client"],
    "review": {"written": "2026-11-22", "due": "2027-11-22"},
}
"""What a handout needs beside its body."""


def kinds() -> tuple[str, ...]:
    """Name the kinds that have a sample."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def read(kind: str) -> list[Any]:
    """Return the sample of a kind as it stands in its file."""
    blocks = yaml.safe_load((FOLDER / f"{kind}.yaml").read_text("utf-8"))
    assert isinstance(blocks, list)
    return blocks


@dataclass(frozen=True)
class Sampler:
    """Makes handouts of sample blocks with the project's own evidence, drawings and shared blocks."""

    repository: Repository

    def handout(self, body: list[Any], **fields: Any) -> Handout:
        """Return a handout that holds these blocks; `fields` replace those of the frame."""
        values = {**FRAME, **fields, "body": body}
        return Handout.model_validate(values, context={"defaults": self.repository.defaults})

    def compose(self, handout: Handout, composer: Composer) -> str:
        """Return the galley of a handout."""
        drawings = {name: self.repository.drawing(name) for name in handout.figures}
        return composer.handout(handout, self.repository.evidence, drawings)
