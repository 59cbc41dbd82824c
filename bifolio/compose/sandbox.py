"""Sandbox: the Jinja environment of every template → access to listed attributes and offered functions, nothing else.

Both lists say what is allowed, so whatever pydantic, Jinja or Python add to an object stays out of reach. Looking a
name up by type is cheaper than Jinja's own checks, while frozen views of the models would have to be built for
every page. Nothing here limits how long a template runs or how much it writes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, cached_property, wraps
from inspect import getattr_static
from types import BuiltinMethodType, MappingProxyType, MethodType
from typing import Any, TypeVar

from jinja2 import Environment, Undefined, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateError, TemplateRuntimeError
from jinja2.filters import make_attrgetter
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import (
    ImmutableSandboxedEnvironment,
    SandboxedEscapeFormatter,
    SandboxedFormatter,
    safe_range,
)
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from bifolio.core.diagnostics import shorten
from bifolio.model.base import Model

F = TypeVar("F", bound=Callable[..., Any])

_OFFERED = "offered_to_templates"


def offered(function: F) -> F:
    """Mark a function as callable from templates."""
    setattr(function, _OFFERED, True)
    return function


_WORDS = frozenset({"format", "partition", "replace", "rpartition"})
_TABLE = frozenset({"get", "items"})

_ATTRIBUTES: Mapping[type, frozenset[str]] = {
    str: _WORDS,
    Markup: _WORDS,
    dict: _TABLE,
    MappingProxyType: _TABLE,
    list: frozenset({"index"}),
    LoopContext: frozenset({"cycle", "first", "index", "index0", "last", "length"}),
}
"""Attributes that templates may use, by type, for types that are not our own."""

_NAMED_BY_TEMPLATES = (TemplateModule, Namespace)
"""Types whose attributes are names that templates defined; all others begin with an underscore."""

_FILTERS = frozenset({
    "abs", "capitalize", "default", "e", "escape", "first", "float", "format", "int", "join", "last", "length", "list",
    "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr",
    "sort", "string", "striptags", "sum", "title", "trim", "truncate", "unique", "upper",
})  # fmt: skip
"""Jinja's filters that templates may use. None is random; those that read attributes go through the sandbox."""

_TEXT_FILTERS = frozenset({
    "capitalize", "e", "escape", "format", "lower", "replace", "safe", "string", "striptags", "title", "trim", "truncate",
    "upper",
})  # fmt: skip
"""Those of the filters that turn what they are given into text."""

_TEXT = (str, int, float, datetime.date, type(None), Undefined)
"""What may be printed. Other objects print where they lie in memory, or what only Python needs to know."""


def text_only(value: Any) -> Any:
    """Return a value that may be printed. Raises SecurityError for any other."""
    if not isinstance(value, _TEXT):
        raise SecurityError(f'a template may not print "{type(value).__name__}", which is no text')
    return value


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that accepts only what may be printed."""

    @wraps(function)  # with its mark that it wants the context
    def checked(*values: Any, **named: Any) -> Any:
        for value in (*values, *named.values()):
            if not isinstance(value, (nodes.EvalContext, Environment, Context)):
                text_only(value)
        return function(*values, **named)

    return checked


def _joining_text(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def checked(
        context: nodes.EvalContext,
        values: Iterable[Any],
        between: str = "",
        attribute: str | int | None = None,
    ) -> Any:
        if attribute is not None:
            values = map(make_attrgetter(context.environment, attribute), values)
        return function(context, [text_only(value) for value in values], text_only(between))

    return checked


class _TextFormatter(SandboxedFormatter):
    """Formats only what may be printed: a field may be an attribute of something that may not."""

    def get_field(self, *field: Any) -> tuple[Any, str]:
        value, first = super().get_field(*field)
        return text_only(value), first


class _MarkupFormatter(_TextFormatter, SandboxedEscapeFormatter): ...


class _Concatenation(NodeTransformer):
    """Lets `~` join only what may be printed."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Concat:  # noqa: N802 - Jinja's own name
        self.generic_visit(node)
        node.nodes = [
            nodes.Filter(each, "string", [], [], None, None, lineno=node.lineno) for each in node.nodes
        ]
        return node


@cache
def attributes(kind: type) -> frozenset[str]:
    """Return the attributes that a template may use on values of a type.

    For our own models, dataclasses and named tuples these are the declared fields and the properties that our own
    classes define; for a few other types those in `_ATTRIBUTES`; for everything else there are none.
    """
    if kind in _ATTRIBUTES:
        return _ATTRIBUTES[kind]
    if issubclass(kind, Model):
        declared = set(kind.model_fields)
    elif _is_own(kind) and is_dataclass(kind):
        declared = {field.name for field in fields(kind)}
    elif _is_own(kind) and issubclass(kind, tuple):
        declared = set(getattr(kind, "_fields", ()))
    else:
        return frozenset()
    properties = {
        name
        for base in kind.__mro__
        if _is_own(base)
        for name, value in vars(base).items()
        if isinstance(value, (property, cached_property))
    }
    return frozenset(name for name in declared | properties if not name.startswith("_"))


def _shown(value: Any) -> str:
    """Return a value of a template as messages show it."""
    if isinstance(value, str):
        return f'"{shorten(value)}"'
    return f"{value}".lower() if value is None or isinstance(value, (int, float)) else type(value).__name__


def _is_own(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "bifolio"


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment that allows listed attributes and offered functions only."""

    intercepted_binops = frozenset({"%"})

    def __init__(self, **options: Any) -> None:
        super().__init__(finalize=text_only, **options)
        filters = {name: self.filters[name] for name in _FILTERS}
        self.filters = filters | {name: _of_text(filters[name]) for name in _TEXT_FILTERS}
        self.filters["join"] = _joining_text(filters["join"])
        self.globals = {"namespace": Namespace, "range": offered(safe_range)}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002 - Jinja's own signature
        """Return whether a template may use this attribute; its value does not matter."""
        kind: type = type(obj)
        return attr in attributes(kind) or (kind in _NAMED_BY_TEMPLATES and not attr.startswith("_"))

    def is_safe_callable(self, obj: Any) -> bool:
        """Return whether a template may call this: a macro, a block, an offered function or a listed method."""
        if type(obj) is Macro or getattr(obj, _OFFERED, False) is True:
            return True
        if isinstance(obj, (MethodType, BuiltinMethodType)):
            return obj.__name__ in _ATTRIBUTES.get(type(obj.__self__), ())
        return obj is Namespace or type(obj) is BlockReference

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return `obj.attribute`, or else `obj["attribute"]` of a mapping. An attribute not listed is not evaluated."""
        kind: type = type(obj)
        if attribute in attributes(kind):
            value = getattr(obj, attribute)
            return self._confined(value) if attribute == "format" else value
        if isinstance(obj, (dict, MappingProxyType)):
            if attribute in obj:
                return obj[attribute]
        elif kind in _NAMED_BY_TEMPLATES and not attribute.startswith("_"):
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass
        return self._refused(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return `obj[argument]` of a string, sequence or mapping, or else `obj.argument`."""
        if isinstance(obj, (dict, MappingProxyType, list, tuple, str)):
            try:
                return obj[argument]
            except (TypeError, LookupError):
                pass
        if isinstance(argument, str):
            return self.getattr(obj, str(argument))
        return self.undefined(obj=obj, name=argument)

    def _confined(self, value: Any) -> Any:
        """Return `str.format` in a form that prints only text, and uses no more attributes than a template can."""
        words = value.__self__
        formatter = (
            _MarkupFormatter(self, escape=words.escape) if isinstance(words, Markup) else _TextFormatter(self)
        )

        @offered
        def format(*values: Any, **named: Any) -> Any:  # noqa: A001 - it is called so in messages
            return type(words)(formatter.vformat(words, values, named))

        return format

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return `left % right`; what is formatted must be text."""
        if isinstance(left, str):
            values = right.values() if isinstance(right, Mapping) else right
            for value in values if isinstance(right, (tuple, Mapping)) else (right,):
                text_only(value)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, /, *values: Any, **named: Any) -> Any:
        """Call what a template may call; where one of our own functions fails, say so in the words of the template."""
        try:
            return super().call(context, obj, *values, **named)
        except TemplateError:
            raise
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if getattr(obj, _OFFERED, False) is not True:
                raise
            name = next((name for name, value in context.get_all().items() if value == obj), obj.__name__)
            given = ", ".join(map(_shown, (*values, *named.values())))
            raise TemplateRuntimeError(f"{name} does not accept {given or 'nothing'}") from error

    def _generate(self, source: nodes.Template, *options: Any, **named: Any) -> str:
        return super()._generate(_Concatenation().visit(source), *options, **named)

    def _refused(self, obj: Any, attribute: str) -> Undefined:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001 - names what was undefined in the first place
        if attribute.startswith("_") or getattr_static(obj, attribute, None) is not None:
            hint = f'a template may not use the attribute "{attribute}" of "{type(obj).__name__}"'
            return self.undefined(hint, obj, attribute, SecurityError)
        return self.undefined(obj=obj, name=attribute)
