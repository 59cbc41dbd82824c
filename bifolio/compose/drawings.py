"""Drawings: figures, icons and art → SVG in the colours of a palette, and the rules that bring them into a page."""

from __future__ import annotations

import math
import re
import zlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from jinja2 import TemplateNotFound
from markupsafe import Markup

from bifolio.compose.allowed_markup import SVG
from bifolio.compose.design import Design
from bifolio.compose.environment import Templates
from bifolio.compose.page_reader import MalformedError, read
from bifolio.compose.sandbox import offered
from bifolio.compose.stylesheet import Stylesheet
from bifolio.compose.wording import Wording
from bifolio.core.diagnostics import DesignError, shorten
from bifolio.model.figure import Drawing

_FILE = re.compile(r"[A-Za-z0-9_-]+")
"""The name of an icon or of a piece of art, without its suffix; it leads into no other folder."""

_LABEL_MM, _SMALL_MM = 3.88, 10 / 72 * 25.4
"""The size of words in a drawing, in its own units, and the smallest size on paper: 11 pt and 10 pt."""

_PROLOG = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>]*>")
"""What may precede a drawing in its own file, but not inside a page."""

_STROKE = re.compile(r'stroke-width="([\d.]+)"')


class Drawings:
    """Draws for the pages of one design."""

    def __init__(
        self, design: Design, templates: Templates, stylesheet: Stylesheet, wording: Wording
    ) -> None:
        self._design = design
        self._templates = templates
        self._stylesheet = stylesheet
        self._wording = wording

    def figure(self, name: str, drawing: Drawing, alt: str | None) -> dict[str, Any]:
        """Draw a figure: its SVG, with the alternative text as title, and its key. Raises DesignError."""
        where, scale = f"content/figures/{name}.svg.j2", self._design.edition.figure_scale
        context = {
            "words": drawing.words,
            "alt": self._wording.plain(alt or drawing.words.alt),
            "label_size": round(max(_LABEL_MM, _SMALL_MM / scale), 2),
        }
        svg = self._draw(where, drawing.template, context)
        _check_drawing(svg, where)
        svg = _sized(_PROLOG.sub("", svg), scale)
        return {"svg": Markup(svg), "key": drawing.words.key}  # noqa: S704 - autoescaped

    def icon(self, name: str, role: str) -> str:
        """Draw an icon in the colour of a role. Raises DesignError."""
        path = self._design.styles / "icons" / f"{name}.svg"
        if not (_FILE.fullmatch(name) and path.is_file()):
            raise DesignError.of("compose.missing-icon", f'there is no icon "{name}"', where=str(path.name))
        return self._weighted(path.read_text("utf-8").replace("currentColor", self._stylesheet.palette[role]))

    def art(self, name: str, values: Mapping[str, Any]) -> str:
        """Draw a piece of art of templates/art; `values` are the variables of its template. Raises DesignError."""
        path = self._design.templates / "art" / f"{name}.svg.j2"
        if not (_FILE.fullmatch(name) and path.is_file()):
            raise TemplateNotFound(f"art/{name}.svg.j2")
        return self._draw(f"templates/art/{name}.svg.j2", path.read_text("utf-8"), values)

    def _draw(self, where: str, template: str, context: Mapping[str, Any]) -> str:
        context = {"c": self._stylesheet.palette, "geometry": _GEOMETRY, **context}
        return self._weighted(self._templates.render_source(template, where, context))

    def _weighted(self, svg: str) -> str:
        """Scale the line weights of a drawing as the theme requires."""
        weight = float(self._stylesheet.tokens["line-weight"])
        if weight == 1:
            return svg
        return _STROKE.sub(lambda found: f'stroke-width="{weight * float(found[1]):.3g}"', svg)


class PageDrawings:
    """The drawings of one page, as its templates use them; `css` brings in the icons and the art among them."""

    def __init__(self, drawings: Drawings, figures: Mapping[str, Drawing] | None = None) -> None:
        self._drawings = drawings
        self._figures = figures or {}
        self._rules: dict[str, str] = {}

    @property
    def css(self) -> tuple[str, ...]:
        return tuple(self._rules[key] for key in sorted(self._rules))

    @offered
    def figure(self, name: str, alt: str | None) -> dict[str, Any]:
        """Return a figure to be placed in the text."""
        return self._drawings.figure(name, self._figures[name], alt)

    @offered
    def icon_picture(self, name: str, role: str = "deep", height: int = 24) -> dict[str, Any]:
        """Return an icon as a picture, `height` CSS pixels high: its address, width and height."""
        return _picture(self._drawings.icon(name, role), height)

    @offered
    def art_picture(self, name: str, height: int, **values: Any) -> dict[str, Any]:
        """Return a piece of art as a picture, `height` CSS pixels high: its address, width and height."""
        return _picture(self._drawings.art(name, values), height)

    @offered
    def icon(self, name: str, role: str = "deep") -> str:
        """Add the rule of an icon; return the end of its class name, after "icon-"."""
        key = f"{name}-{role}"
        if key not in self._rules:
            self._rules[key] = (
                f".icon-{key} {{ background-image: {_css_url(self._drawings.icon(name, role))} }}"
            )
        return key

    @offered
    def art(self, name: str, **values: Any) -> str:
        """Add the rule of a piece of art; return the end of its class name, after "art-"."""
        svg = self._drawings.art(name, values)
        key = f"{name}-{zlib.crc32(svg.encode()):08x}" if values else name
        self._rules[key] = f".art-{key} {{ background-image: {_css_url(svg)} }}"
        return key


_GEOMETRY: Mapping[str, Any] = {
    "sin": offered(lambda degrees: round(math.sin(math.radians(degrees)), 5)),
    "cos": offered(lambda degrees: round(math.cos(math.radians(degrees)), 5)),
}
"""The functions that drawings need, in degrees; Jinja has no trigonometry."""


def _picture(svg: str, height: int) -> dict[str, Any]:
    """Return a drawing with a definite size, for reading systems that take no size from a viewBox."""
    box = re.search(r'viewBox="\S+ \S+ ([\d.]+) ([\d.]+)"', svg)
    width = round(height * float(box[1]) / float(box[2])) if box else height
    sized = svg.replace("<svg ", f'<svg width="{width}" height="{height}" ', 1)
    return {"address": Markup(_address(sized)), "width": width, "height": height}  # noqa: S704 - quoted


def _sized(svg: str, scale: float) -> str:
    """Set the width of a drawing: at a scale of 1, a unit of its viewBox is a millimetre."""
    width = re.search(r'viewBox="\S+ \S+ ([\d.]+)', svg)
    return svg.replace("<svg ", f'<svg width="{float(width[1]) * scale:g}mm" ', 1) if width else svg


def _check_drawing(svg: str, where: str) -> None:
    """Raise DesignError for a drawing that would break the page around it, or contains anything else."""
    fault = None
    try:
        content = read(svg, strictly=True)
    except MalformedError as error:
        fault = f"the drawing is not well-formed SVG: {error}"
    else:
        if content.root[0] != "svg" or SVG not in content.root:
            fault = "the drawing is not an <svg> with its xmlns"
        elif not content.title:
            fault = "the drawing has no <title>{{ alt }}</title>, which a screen reader would say"
        elif content.refused:
            fault = f"the drawing may not contain {shorten(next(iter(content.refused)).what)}"
    if fault:
        raise DesignError.of(
            "compose.drawing",
            fault,
            where=where,
            help="draw with shapes, paths and text alone; colours and lengths are attributes",
        )


def _css_url(svg: str) -> str:
    return f'url("{_address(svg)}")'


def _address(svg: str) -> str:
    return "data:image/svg+xml;charset=utf-8," + quote(" ".join(svg.split()), safe=" =:/,.-()")
