"""Page templates: values → the studio's pages as HTML."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from bifolio.core.cache import engine_folder, open_folder

_FOLDER = Path(__file__).parent / "templates"


class PageTemplates:
    """The templates of one studio."""

    def __init__(self, *, has_password: bool) -> None:
        self.has_password = has_password

    @cached_property
    def _environment(self) -> Environment:
        compiled = open_folder(engine_folder() / "templates")
        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            bytecode_cache=FileSystemBytecodeCache(str(compiled)) if compiled else None,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals["address"] = address
        return environment

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page of the studio, filled in."""
        common: dict[str, Any] = {
            "brand": None,
            "brands": [],
            "here": name,
            "has_password": self.has_password,
        }
        html = self._environment.get_template(f"{name}.html.j2").render({**common, **values})
        return HTMLResponse(html, status)


def address(path: str, **parameters: object) -> str:
    """Return an address of the studio with a query of the parameters that are not empty.

    >>> address("/handout/x", brand="rowan", edition=None)
    '/handout/x?brand=rowan'
    """
    query = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(query)}" if query else path
