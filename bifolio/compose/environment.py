"""Templates → text. Runs the project's templates, and those of a clinic, in the sandbox.

A template that fails is a finding with the template's file and line.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import jinja2
from jinja2.bccache import Bucket

from bifolio.compose import sandbox
from bifolio.compose.sandbox import Sandbox
from bifolio.core.cache import open_folder
from bifolio.core.diagnostics import DesignError, Source, shorten
from bifolio.model.flow import DARK_SCREEN


class Templates:
    """The templates of a design. Those of a clinic's own `parts` replace the project's of the same name."""

    def __init__(
        self,
        folder: Path,
        compiled: Path | None,
        parts: Mapping[str, Source],
        filters: Mapping[str, Callable[..., Any]],
    ) -> None:
        library = jinja2.FileSystemLoader(folder)
        own = jinja2.FunctionLoader(
            lambda name: (parts[name].text, parts[name].name, None) if name in parts else None
        )
        self.environment = Sandbox(
            loader=jinja2.ChoiceLoader([own, library]) if parts else library,
            undefined=jinja2.StrictUndefined,
            autoescape=jinja2.select_autoescape(
                disabled_extensions=(), default=True, default_for_string=True
            ),
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=CompiledTemplates(open_folder(compiled) if compiled else None),
            auto_reload=False,
        )
        self.environment.globals |= {"dark_screen": DARK_SCREEN, "in_book": False}
        self.environment.filters |= filters
        self._compiled = cache(self._compile)

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Render the template `name`. Raises DesignError."""
        return _guarded(name, lambda: self.environment.get_template(name).render(context))

    def render_source(self, source: str, where: str, context: Mapping[str, Any]) -> str:
        """Render a template that is not in the folder; `where` names it in findings. Raises DesignError."""
        return _guarded(where, lambda: self._compiled(source, where).render(context))

    def _compile(self, source: str, where: str) -> jinja2.Template:
        loader = jinja2.FunctionLoader(lambda name: (source, name, None))  # from_string would forget the name
        return loader.load(self.environment, where, self.environment.make_globals(None))


MAX_COMPILED = 512
"""The most compiled templates kept in memory. The project has a hundred; the studio may see many versions of each."""


class CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates, cached in a folder, and in memory for all composers of the process."""

    _codes: ClassVar[dict[tuple[str, str], CodeType]] = {}

    def __init__(self, folder: Path | None) -> None:
        pattern = f"{_sandbox_mark()}_%s.cache"
        self._folder = jinja2.FileSystemBytecodeCache(str(folder), pattern) if folder else None

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._folder:
            self._folder.load_bytecode(bucket)
            self._remember(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._remember(bucket)
        if self._folder:
            self._folder.dump_bytecode(bucket)

    def _remember(self, bucket: Bucket) -> None:
        if len(self._codes) >= MAX_COMPILED:
            self._codes.clear()
        if bucket.code:
            self._codes[bucket.key, bucket.checksum] = bucket.code


@cache
def _sandbox_mark() -> str:
    """Return a mark of the sandbox: what templates may print is checked by code that is compiled into them."""
    return sha256(Path(sandbox.__file__).read_bytes()).hexdigest()[:12]


# -- findings ------------------------------------------------------------------------------------

_TEMPLATE_FAILURES = (
    jinja2.TemplateError,
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    ArithmeticError,
    MemoryError,
    RuntimeError,
    SyntaxError,
)


def _guarded(name: str, render: Callable[[], str]) -> str:
    try:
        return render()
    except jinja2.TemplateNotFound as error:
        raise DesignError.of(
            "compose.missing-template",
            f'there is no template "{shorten(str(error.name))}"',
            where=_template_line(error) or f"templates/{error.name}",
            help="each kind of handout and of block has a template of its name; a template may use no other file",
        ) from error
    except DesignError as error:
        (finding, *_), line = error.findings, _template_line(error)
        if finding.code != "compose.missing-icon" or not line:
            raise
        raise DesignError(replace(finding, where=line)) from error
    except _TEMPLATE_FAILURES as error:
        is_plain = isinstance(error, jinja2.TemplateError)
        message = f"{error}" if is_plain else f"{type(error).__name__}: {error}"
        raise DesignError.of(
            "compose.template",
            _ADDRESS.sub("", message),
            where=_template_line(error) or name,
            help="mend the template, or the label or field that it asks for",
        ) from error


_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
"""Where an object lies in memory, which is elsewhere each time."""


def _template_line(error: BaseException) -> str | None:
    """Return the file and line of a template that failed; None if the failure is not in a template."""
    # Jinja's messages lack the template's line; its rewritten traceback has it.
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"{_template_name(error.filename or error.name or '?')}:{error.lineno}"
    if isinstance(
        error, SyntaxError
    ):  # nested more deeply than Python allows; its line is not the template's
        return _template_name(error.filename or "?")
    for frame, line in reversed([*traceback.walk_tb(error.__traceback__)]):
        if frame.f_code.co_filename.endswith(".j2"):
            return f"{_template_name(frame.f_code.co_filename)}:{line}"
    return None


def _template_name(filename: str) -> str:
    """Return the path of a template within the project; Jinja knows it by full path, or from templates/."""
    path = Path(filename).as_posix()
    if path.startswith(("content/", "templates/")):
        return path
    return "templates/" + path.rpartition("/templates/")[2]
