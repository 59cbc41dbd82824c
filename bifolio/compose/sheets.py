"""Sheets: what is printed or drawn besides the pages of handouts → HTML."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from bifolio.compose.drawings import Drawings, PageDrawings
from bifolio.compose.environment import Templates
from bifolio.compose.stylesheet import Stylesheet
from bifolio.compose.wording import Wording
from bifolio.model.edition import NOTE_SIDES, Imposition
from bifolio.model.handout import Handout

STYLE_MARK = Markup("/* stylesheet */")


def styled(html: str, stylesheet: str) -> str:
    """Return a document with its stylesheet in place of STYLE_MARK."""
    # With its tag, which no content can contain: a title may well be "/* stylesheet */".
    return html.replace(f"<style>{STYLE_MARK}</style>", f"<style>{stylesheet}</style>", 1)


class Sheets:
    """Composes covers, the note for whoever prints, and the sheet of a clinic's slots."""

    def __init__(
        self, templates: Templates, stylesheet: Stylesheet, drawings: Drawings, wording: Wording
    ) -> None:
        self._templates = templates
        self._stylesheet = stylesheet
        self._drawings = drawings
        self._wording = wording

    def cover(self, handout: Handout | None, clinic: str) -> str:
        """Compose the words of a cover, or without a handout the background on which they are set."""
        page = PageDrawings(self._drawings)
        context = {
            "handout": handout,
            "audience_line": self._wording.audience_line(handout) if handout else "",
            "clinic": clinic,
            "label": self._wording.label,
            "language": self._wording.region.language,
            "use_art": page.art,
            "stylesheet": STYLE_MARK,
        }
        html = self._templates.render("documents/cover.html.j2", context)
        return styled(html, self._stylesheet.page((), page.css, parts=(), pages="flow/cover.css"))

    def printer_note(self, handout: Handout, form: Imposition, sides: int) -> str:
        """Compose the sheet that tells whoever prints a handout which settings to choose.

        Its own sides come first; `sides` more follow.
        """
        page = PageDrawings(self._drawings)
        context = {
            "handout": handout,
            "language": self._wording.region.language,
            "stylesheet": STYLE_MARK,
            "label": self._wording.label,
            "form": form,
            "scheme": form.scheme.replace("-", "_"),
            "first": NOTE_SIDES + 1,
            "last": NOTE_SIDES + sides,
            "use_art": page.art,
        }
        html = self._templates.render("print_note.html.j2", context)
        parts = ("parts/print_note.css", "parts/cover.css")
        return styled(html, self._stylesheet.page((), page.css, parts))

    def slot_sheet(self, slots: Mapping[str, Markup]) -> str:
        """Compose the sheet from which inking takes slots: one page each, in the given order."""
        context = {"language": self._wording.region.language, "slots": slots, "stylesheet": STYLE_MARK}
        html = self._templates.render("slots/sheet.html.j2", context)
        return styled(html, self._stylesheet.page(parts=["parts/slots.css"], pages="sheet.css"))
