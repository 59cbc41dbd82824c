"""A figure: a drawing in the brand's colours, and the words in it and beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bifolio.model.base import Label, Model, Name, Text


class KeyEntry(Model):
    """A line of a figure's key: a sign and what it means."""

    label: Label
    icon: Name


class Leaf(Model):
    """A labelled part of a drawing; `family` decides how it is drawn."""

    label: Label
    family: Name


class FigureWords(Model):
    """content/figures/<name>.yaml: the text alternative, and the labels of the drawing."""

    alt: Text
    leaves: tuple[Leaf, ...] = ()
    labels: dict[Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")], Label] = {}
    key: tuple[KeyEntry, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """A figure as it is stored: its SVG template and its words."""

    template: str
    words: FigureWords
