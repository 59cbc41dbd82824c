"""An edition: one physical form of a handout, as data. A clinic adds one without Python."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model

Millimetres = Annotated[float, Field(ge=30, le=1200)]
"""From the smallest card to the largest sheet of the trade; on less than 30 mm no word finds room."""
Token = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
_LENGTH = r"-?[0-9]{1,4}(?:\.[0-9]{1,3})?(?:mm|pt|px|em|fr|%)?"
_ATOM = rf'(?:{_LENGTH}|#[0-9a-fA-F]{{3,6}}|[A-Za-z][A-Za-z0-9-]*|"[a-z.-]+(?: [a-z.-]+)*")'


def _says_itself(value: str) -> str:
    if value in {"inherit", "initial", "unset", "revert", "revert-layer"}:  # a token has nothing above it
        raise PydanticCustomError("token_word", "a word that asks for another value")
    return value


Value = Annotated[
    str,
    StringConstraints(pattern=rf"^{_ATOM}(?:,? {_ATOM})*$", max_length=120),
    AfterValidator(_says_itself),
]
"""Lengths, colours, words, rows of a grid in quotes.

No functions: WeasyPrint 70 dies of calc(1mm/0) and of a token that names itself.
"""


class Edition(Model):
    """Sheet, trim and token values. Every length names its unit."""

    name: Label
    summary: Label
    """One line that a therapist understands."""
    trim_width_mm: Millimetres
    trim_height_mm: Millimetres
    kinds: tuple[Literal["leaflet", "worksheet", "card", "guide", "notes", "booklet"], ...] = ()
    """Kinds of handout this edition suits; empty means all."""
    tokens: dict[Token, Value] = {}
    """Values of the tokens of styles/tokens.css that this form changes."""

    def suits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    @property
    def css_tokens(self) -> dict[str, str]:
        """Give the custom properties that this edition sets, the trim among them."""
        return {
            "trim-width": f"{self.trim_width_mm:g}mm",
            "trim-height": f"{self.trim_height_mm:g}mm",
            **self.tokens,
        }
