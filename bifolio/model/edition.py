"""An edition: one physical form of a handout, as data. Adding one takes no code."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bifolio.model.base import Label, Model, Name

Millimetres = Annotated[float, Field(ge=30, le=1200)]
"""From the smallest card to the largest trade sheet; less than 30 mm holds no word."""
Token = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
_LENGTH = r"-?[0-9]{1,4}(?:\.[0-9]{1,3})?(?:mm|pt|px|em|fr|%)?"
_ATOM = rf'(?:{_LENGTH}|#[0-9a-fA-F]{{3,6}}|[A-Za-z][A-Za-z0-9-]*|"[a-z.-]+(?: [a-z.-]+)*")'


def _no_keyword(value: str) -> str:
    if value in {"inherit", "initial", "unset", "revert", "revert-layer"}:  # a token inherits nothing
        raise PydanticCustomError("token_word", "a keyword for another value")
    return value


Value = Annotated[
    str,
    StringConstraints(pattern=rf"^{_ATOM}(?:,? {_ATOM})*$", max_length=120),
    AfterValidator(_no_keyword),
]
"""Lengths, colours, keywords, or quoted rows of a grid.

No functions: WeasyPrint 70 fails on calc(1mm/0) and on a token that refers to itself.
"""


Kind = Literal["leaflet", "worksheet", "card", "guide", "notes", "booklet"]


NOTE_SIDES = 2
"""Pages that a note for the person at the printer takes, in front of the sheets: one leaf."""


class Imposition(Model):
    """How finished pages are placed on sheets that are printed on both sides, then folded, stapled or cut."""

    scheme: Literal["saddle-stitch", "trifold", "repeat", "cut-and-stack"]
    """Saddle stitch: folded in the middle. Trifold: six panels, the flap folds in first. Repeat: copies of
    one leaf. Cut and stack: leaves that are in order once the cut piles are stacked."""
    paper: Label
    """What printers call the sheet: A4, Letter."""
    sheet_width_mm: Millimetres
    sheet_height_mm: Millimetres
    columns: Annotated[int, Field(ge=1, le=12)] = 2
    rows: Annotated[int, Field(ge=1, le=12)] = 1
    flip: Literal["short-edge", "long-edge"] = "short-edge"
    """The edge over which the printer turns the sheet."""
    paper_mm: Annotated[float, Field(ge=0, le=1)] = 0.1
    """The thickness of the paper: 0.1 is 80 g/m² office paper."""
    most_creep_mm: Annotated[float, Field(ge=0, le=10)] = 3
    """How far the pages of inner sheets may move towards the spine; less than the gutter."""
    signature: Annotated[int, Field(ge=4, le=64, multiple_of=4)] | None = None
    """The most pages folded together; None puts all of them into one signature."""
    gap_mm: Annotated[float, Field(ge=0, le=30)] = 0
    """Between neighbours on the sheet."""
    flap_mm: Annotated[float, Field(ge=0, le=5)] = 2
    """How much narrower the panel that folds in is."""

    @property
    def sheet(self) -> Edition:
        """The sheet as an edition of its own, for what is printed on it besides the pages."""
        size = {"trim_width_mm": self.sheet_width_mm, "trim_height_mm": self.sheet_height_mm}
        return Edition(name=self.paper, summary=self.paper, **size)


class Edition(Model):
    """The trim, the sheet and token values."""

    name: Label
    summary: Label
    """One line that therapists understand."""
    like: Name | None = None
    """The edition on which this one is based: it takes its tokens, templates and tables, then adds its own."""
    trim_width_mm: Millimetres
    trim_height_mm: Millimetres
    bleed_mm: Annotated[float, Field(ge=0, le=10)] = 0
    """The margin that is cut off around the trim; with it, pictures have 300 dpi."""
    kinds: tuple[Kind, ...] = ()
    """The kinds of handout that this edition suits; empty means all."""
    instead: dict[Kind, Name] = {}
    """Kinds that use another edition unless this one was requested by name."""
    imposition: Imposition | None = None
    """Adds a second file, of sheets to print."""
    tokens: dict[Token, Value] = {}
    """Values of tokens of styles/tokens.css that this edition changes."""
    inner: dict[Token, Value] = {}
    """The same, inside a text column, where styles/parts/grid.css narrows them."""
    fillable: bool = False
    """Whether lines, boxes and numbers are form fields to fill in on screen."""
    templates: dict[Kind, Name] = {}
    """Kinds for which this edition uses another template of templates/."""
    figure_scale: Annotated[float, Field(ge=0.5, le=2)] = 1
    """The scale of drawings; at 1 they are 109 mm wide and their words are 11 pt."""
    table_columns: Annotated[int, Field(ge=1, le=12)] = 12
    """The most columns that fit; a table with more is set as a list."""

    def suits(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    @property
    def css_tokens(self) -> dict[str, str]:
        """The custom properties that this edition sets, including the trim."""
        return {
            "trim-width": f"{self.trim_width_mm:g}mm",
            "trim-height": f"{self.trim_height_mm:g}mm",
            **({"bleed": f"{self.bleed_mm:g}mm"} if self.bleed_mm else {}),
            **self.tokens,
        }
