"""Sandbox: the Jinja environment of every template → access to listed attributes and offered functions, nothing else.

Both lists say what is allowed, so whatever pydantic, Jinja or Python add to an object stays out of reach. Looking a
name up by type is cheaper than Jinja's own checks, while frozen views of the models would have to be built for
every page. Nothing here limits how long a template runs or how much it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from inspect import getattr_static
from types import BuiltinMethodType, MappingProxyType, MethodType
from typing import Any, TypeVar

from jinja2 import Undefined
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace
from markupsafe import Markup

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


def _is_own(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "bifolio"


class Sandbox(ImmutableSandboxedEnvironment):
    """A Jinja environment that allows listed attributes and offered functions only."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters = {name: self.filters[name] for name in _FILTERS}
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
        """Return `str.format` in a form whose fields can use no more attributes than a template can."""
        confined = self.wrap_str_format(value)
        return offered(confined) if confined else value

    def _refused(self, obj: Any, attribute: str) -> Undefined:
        if isinstance(obj, Undefined):
            obj._fail_with_undefined_error()  # noqa: SLF001 - names what was undefined in the first place
        if attribute.startswith("_") or getattr_static(obj, attribute, None) is not None:
            hint = f'a template may not use the attribute "{attribute}" of "{type(obj).__name__}"'
            return self.undefined(hint, obj, attribute, SecurityError)
        return self.undefined(obj=obj, name=attribute)
