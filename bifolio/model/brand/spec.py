"""What the parts of a brand.yml file have in common."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, StringConstraints, model_validator

from bifolio.model.base import Model

_HOST = r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?"
_SCHEME = re.compile(rf"(https?):?//(?={_HOST})", re.IGNORECASE)


def _with_scheme(value: Any) -> Any:
    """Read `www.clinic.example.org`, `//clinic.example.org` and `<https://…>` as browsers read them."""
    if not isinstance(value, str):
        return value
    address = value.strip().removeprefix("<").removesuffix(">")
    if re.fullmatch(rf"(?://)?{_HOST}", address):
        return "https://" + address.removeprefix("//")
    return _SCHEME.sub(lambda found: f"{found[1].lower()}://", address, count=1)


Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s@]+$", max_length=200),
    BeforeValidator(_with_scheme, json_schema_input_type=str),
]
"""An address on the web; one that people write without https:// has it."""

_ONLINE = re.compile(r"(?!file:)[a-z]+://", re.IGNORECASE)


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


def place_of(path: str) -> str:
    r"""Return a path as it leads from the clinic's folder, the root of its site.

    >>> place_of("/assets/logo.svg"), place_of("assets\\logo.svg")
    ('assets/logo.svg', 'assets/logo.svg')
    """
    return path.replace("\\", "/").lstrip("/")
