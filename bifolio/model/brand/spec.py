"""What the parts of a brand.yml file have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import ConfigDict, StringConstraints, model_validator

from bifolio.model.base import Model

Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=200)]

_ONLINE = re.compile(r"[a-z]+://", re.IGNORECASE)


class SpecModel(Model):
    """A part of brand.yml. Keys meant for other programs are stored, not refused."""

    model_config = ConfigDict(extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: Any) -> Any:
        """Ignore a key that has no value: the value may be commented out."""
        if isinstance(value, dict):
            return {key: inner for key, inner in value.items() if inner is not None}
        return value


class BrandFile(SpecModel):
    """A file beside `_brand.yml`, or the address of one on the web, which is never fetched."""

    path: Annotated[str, StringConstraints(min_length=1, max_length=200)]

    @property
    def is_online(self) -> bool:
        return bool(_ONLINE.match(self.path))
