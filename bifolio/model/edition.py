"""An edition: one physical form of a handout, as data. A clinic adds one without Python."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model, Name

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


Kind = Literal["leaflet", "worksheet", "card", "guide", "notes", "booklet"]


class Imposition(Model):
    """How finished pages stand on sheets that are printed on both sides, then folded, stapled or cut."""

    scheme: Literal["saddle-stitch", "trifold", "repeat", "cut-and-stack"]
    """Saddle stitch: folded in the middle. Trifold: six panels, the flap folds in first. Repeat: copies of
    one leaf. Cut and stack: leaves that are in order when the cut piles are laid on each other."""
    paper: Label
    """What the sheet is called at the printer: A4, Letter."""
    sheet_width_mm: Millimetres
    sheet_height_mm: Millimetres
    columns: Annotated[int, Field(ge=1, le=12)] = 2
    rows: Annotated[int, Field(ge=1, le=12)] = 1
    flip: Literal["short-edge", "long-edge"] = "short-edge"
    """Over which edge the printer turns the sheet."""
    paper_mm: Annotated[float, Field(ge=0, le=1)] = 0.1
    """How thick the paper is: 0.1 is office paper of 80 g."""
    most_creep_mm: Annotated[float, Field(ge=0, le=10)] = 3
    """How far pages of inner sheets may move towards the spine; less than the gutter."""
    signature: Annotated[int, Field(ge=4, le=64, multiple_of=4)] | None = None
    """Most pages folded together; none for one signature of them all."""
    gap_mm: Annotated[float, Field(ge=0, le=30)] = 0
    """Between neighbours on the sheet."""
    flap_mm: Annotated[float, Field(ge=0, le=5)] = 2
    """How much narrower the panel is that folds in."""

    @property
    def sheet(self) -> Edition:
        """Give the sheet as an edition of its own, for what is printed on it besides the pages."""
        size = {"trim_width_mm": self.sheet_width_mm, "trim_height_mm": self.sheet_height_mm}
        return Edition(name=self.paper, summary=self.paper, **size)


class Edition(Model):
    """Sheet, trim and token values. Every length names its unit."""

    name: Label
    summary: Label
    """One line that a therapist understands."""
    like: Name | None = None
    """The edition whose tokens, templates and tables this one takes before its own."""
    trim_width_mm: Millimetres
    trim_height_mm: Millimetres
    bleed_mm: Annotated[float, Field(ge=0, le=10)] = 0
    """What a print shop cuts off around the trim; with it, pictures have 300 dots to the inch."""
    kinds: tuple[Kind, ...] = ()
    """Kinds of handout this edition suits; empty means all."""
    instead: dict[Kind, Name] = {}
    """Kinds that take another edition where nobody asked for this one by name."""
    imposition: Imposition | None = None
    """Gives a second file, for the printer."""
    tokens: dict[Token, Value] = {}
    """Values of the tokens of styles/tokens.css that this form changes."""
    inner: dict[Token, Value] = {}
    """The same inside a text column, where styles/parts/grid.css narrows them."""
    fillable: bool = False
    """Lines, boxes and numbers are fields to fill on a screen."""
    templates: dict[Kind, Name] = {}
    """Kinds that this form builds with another template of templates/."""
    figure_scale: Annotated[float, Field(ge=0.5, le=2)] = 1
    """How large drawings are set; at 1 they are 109 mm wide and their words 11 pt."""
    table_columns: Annotated[int, Field(ge=1, le=12)] = 12
    """The most columns that find room; a table with more of them is set as a list."""

    def suits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    @property
    def css_tokens(self) -> dict[str, str]:
        """Give the custom properties that this edition sets, the trim among them."""
        return {
            "trim-width": f"{self.trim_width_mm:g}mm",
            "trim-height": f"{self.trim_height_mm:g}mm",
            **({"bleed": f"{self.bleed_mm:g}mm"} if self.bleed_mm else {}),
            **self.tokens,
        }
