"""Plain values → YAML as an author of handouts writes it: in quotes only where YAML would take it for something else."""

from __future__ import annotations

from typing import Any

import yaml

WIDTH = 110


class _Writer(yaml.SafeDumper):
    """Writes lists under their keys, short ones of plain words on one line, and long texts folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent a list under its key, which PyYAML does not."""
        del indentless
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write what stands twice two times."""
        del data
        return True


def _string(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if len(text) > WIDTH - 20 and text.strip() == text:
        style = ">"
    elif not _is_plain(text):
        style = "'" if "\\" in text or '"' in text else '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _is_plain(text: str) -> bool:
    if (
        ": " in text
        or " #" in text
        or ", " in text
        or text[:1] in "{}[]&*!|>%@`\"'#,?:-~="
        or text[-1:] in ":,"
    ):
        return False
    return yaml.safe_dump(text, width=10**6, allow_unicode=True).startswith(text[:1] or "'")


_Writer.add_representer(str, _string)


def yaml_of(values: dict[str, Any]) -> str:
    """Return the text of a handout's file."""
    text: str = yaml.dump(
        _with_short_lists(values),
        Dumper=_Writer,
        allow_unicode=True,
        sort_keys=False,
        width=WIDTH,
        default_flow_style=False,
    )
    return text


class _Quoted(str):
    """Words on a line of several, with a sign that means something there."""

    __slots__ = ()


_Writer.add_representer(
    _Quoted, lambda writer, text: writer.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


class _Short(list[Any]):
    """A list that is written on one line."""


_Writer.add_representer(
    _Short, lambda writer, items: writer.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)
)


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


_Writer.add_representer(
    _Line,
    lambda writer, fields: writer.represent_mapping("tag:yaml.org,2002:map", fields.items(), flow_style=True),
)


def _with_short_lists(value: Any, key: str = "") -> Any:
    """Mark what an author writes on one line: rows of a table, short choices, the dates of the review."""
    if isinstance(value, dict):
        made = {name: _with_short_lists(inner, name) for name, inner in value.items()}
        is_line = key in {"review", "write_in", "choice_row"} and _length(value) < 90
        return _Line({name: _in_line(inner) for name, inner in made.items()}) if is_line else made
    if isinstance(value, list):
        if key in {"audience", "columns", "choices", "topics"} and _length(value) < 90:
            return _Short(map(_in_line, value))
        rows = key == "rows"
        return [_Short(map(_in_line, v)) if rows and _length(v) < 90 else _with_short_lists(v) for v in value]
    return value


def _in_line(value: Any) -> Any:
    if isinstance(value, list) and not isinstance(value, _Short):
        return _Short(map(_in_line, value))
    return _Quoted(value) if isinstance(value, str) and set(value) & set("?,[]{}") else value


def _length(value: Any) -> int:
    if isinstance(value, dict):
        return sum(len(key) + 4 + _length(inner) for key, inner in value.items())
    return sum(4 + _length(inner) for inner in value) if isinstance(value, list) else len(str(value))
