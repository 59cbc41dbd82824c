"""An approval: a named clinician approves one exact text. `approvals.yaml` in a brand's folder."""

from __future__ import annotations

import hashlib
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import Day, Label, Model, Name

APPROVALS = "approvals.yaml"
"""The file of a brand's folder that holds its approvals."""


def _names_a_role(signature: str) -> str:
    name, comma, role = signature.partition(",")
    if not (comma and name.strip() and role.strip()):
        raise PydanticCustomError("no_role", "a name without a role")
    return signature


Signature = Annotated[Label, Field(max_length=90), AfterValidator(_names_a_role)]
"""Who approves, as printed: "Jo Example, clinical psychologist"."""


class Approval(Model):
    """Who approved what, and when. `text` is the SHA-256 of the words that they approved."""

    item: Name
    region: Name
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    by: Signature
    on: Day
    text: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    @property
    def key(self) -> tuple[str, str, str]:
        """What was approved: item, region and language."""
        return self.item, self.region, self.language


class Approvals(Model):
    """Everything that one brand has approved; of each text the latest approval."""

    approvals: tuple[Approval, ...] = ()


def digest_of_wording(text: str) -> str:
    """Return the SHA-256 of a wording, as `sha256sum` gives it of the file that keeps it."""
    return hashlib.sha256(text.encode()).hexdigest()


def wording_file(key: tuple[str, str, str]) -> str:
    """Return the file, in a brand's folder, that holds the wording an approval is a yes to."""
    return f"approved/{'.'.join(key)}.txt"
