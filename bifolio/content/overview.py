"""Overview: what there is of one sort in a project, each with one line about it."""

from __future__ import annotations

from collections.abc import Callable

from bifolio.content.repository import Repository


def rows(repository: Repository) -> dict[str, tuple[str, Callable[[str], str]]]:
    """Return, for each sort that can be listed, what the catalogue calls it and what says a line about one."""
    return {
        "handouts": ("item", lambda name: _about_handout(repository, name)),
        "brands": ("brand", lambda name: _about_brand(repository, name)),
        "editions": ("edition", lambda name: repository.edition(name).summary),
        "regions": ("region", lambda name: repository.region(name).name),
        "themes": ("theme", repository.editions.theme_summary),
        "languages": ("language", lambda name: repository.locale(name).name),
    }


def _about_handout(repository: Repository, item: str) -> str:
    handout = repository.handout(item)
    owner = repository.catalogue.owner(item)
    whose = f", of {repository.brand(owner).name}" if owner else ""
    return f"{handout.title} ({handout.kind}, for {' and '.join(handout.audience)}{whose})"


def _about_brand(repository: Repository, brand: str) -> str:
    """Return the name of a clinic, and what it has in the place of the library's, or beside it."""
    own, catalogue = repository.brand_files(brand).overrides, repository.catalogue
    things = [
        "support lines" if own.lines else "",
        "type" if own.typeface.tokens else "",
        "a theme" if own.tokens else "",
        *sorted(own.parts),
        "an introduction" if own.intro else "",
        *(item for item in catalogue.handouts if catalogue.owner(item) == brand),
    ]
    named = ", ".join(filter(None, things))
    return repository.brand(brand).name + (f"; its own: {named}" if named else "")
