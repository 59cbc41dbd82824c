"""YAML text → plain values, and the place of each in the text.

Values are those of the core schema of YAML 1.2, or fewer: `no` is a string, `010` and `1e3` are strings, a date
is a string that the model reads. Keys may not repeat; merge keys, tags and several documents in one
file are refused, and values that aliases repeat are counted, so that no small file can
become a large one. Nothing here knows what a handout is.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

import yaml

from bifolio.core.diagnostics import (
    ContentError,
    Diagnostic,
    Source,
    Span,
    is_control,
    shorten,
)
from bifolio.core.files import OutsideError, ProjectFiles
from bifolio.core.source_tree import SourceTree
from bifolio.core.yaml_errors import explain

try:  # PyYAML without libyaml still works, about eight times slower.
    from yaml import CSafeLoader as _YamlLoader
except ImportError:  # pragma: no cover
    from yaml import SafeLoader as _YamlLoader  # type: ignore[assignment]

MAX_FILE_BYTES = 2_000_000
MAX_NODES = 100_000
MAX_DEPTH = 60
MAX_CONTROLS = 20  # a file of another format has thousands of them

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+")


def load(files: ProjectFiles, name: str) -> SourceTree:
    """Read a YAML file of a project.

    Raises ContentError with one finding when the file is missing, lies outside of the project (a link may lead
    there), is not UTF-8, is not YAML, or is more than a hand-written file can be.
    """
    source = read_text(files, name)
    return parse(source.text, source.name)


def read_text(files: ProjectFiles, name: str) -> Source:
    """Read the text of a file that a person wrote. Raises as `load` does."""
    raw = _read(files, name)
    if len(raw) > MAX_FILE_BYTES:
        raise ContentError.of(
            "load.too-large",
            f"the file has {len(raw):,} bytes; at most {MAX_FILE_BYTES:,} are read",
            where=name,
            help="split it into several files",
        )
    try:
        source = Source(name, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ContentError(_not_utf8(raw, error, name)) from error
    _refuse_controls(source)
    return source


def _read(files: ProjectFiles, name: str) -> bytes:
    try:
        return files.read_bytes(name)
    except OutsideError as error:
        raise ContentError.of(
            "load.outside",
            "the file is a link to a place outside the project",
            where=name,
            help="put the file itself here",
        ) from error
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise ContentError.of(
            "load.missing-file",
            f"the file {reason}",
            where=name,
            help="check the name, and that the file is in this folder",
        ) from error


def _not_utf8(raw: bytes, error: UnicodeDecodeError, name: str) -> Diagnostic:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        message, span = "the file is UTF-16 text, not UTF-8", None
    else:
        # What precedes the byte is UTF-8; the rest is only needed to show the line.
        source = Source(name, raw.decode("utf-8", errors="replace").removeprefix("\ufeff"))
        span = source.place(len(raw[: error.start].decode("utf-8-sig")))
        message = "here is a byte that is not UTF-8 text"
    return Diagnostic(
        "load.not-utf8",
        message,
        span,
        help='save the file as "UTF-8" in your editor',
        where=None if span else name,
    )


def parse(text: str, name: str) -> SourceTree:
    """Parse YAML text; `name` is that of the file in findings. Raises ContentError."""
    source = Source(name, text)
    _refuse_controls(source)
    try:
        node = _compose(source)
    except yaml.MarkedYAMLError as error:
        raise ContentError(explain(source, error)) from error
    if node is None:
        return SourceTree(source, None, None)
    values = _Values(SourceTree(source, None, node))
    value = values.of(node)
    if values.findings:
        raise ContentError(values.findings)
    return SourceTree(source, value, node)


_SUSPECTS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\uffff"
"""All that may be control characters; the few that are not are checked one by one."""

_SUSPECT = re.compile(f"[{_SUSPECTS}]")
_SUSPECT_ESCAPE = re.compile(f"[\r{_SUSPECTS}]")


def _refuse_controls(source: Source) -> None:
    refused = (found for found in _SUSPECT.finditer(source.text) if _is_refused(found.group()))
    findings = [
        _control(found.group(), source.place(found.start())) for found in islice(refused, MAX_CONTROLS)
    ]
    if findings:
        raise ContentError(findings)


def _is_refused(character: str) -> bool:
    # U+FFFE and U+FFFF stop libyaml; a byte order mark in the middle comes of joining two files.
    return is_control(character) or character in "\ufeff\ufffe\uffff"


_INVISIBLE = {
    **dict.fromkeys((0x85, 0x2028, 0x2029), "an invisible line end"),
    0xFEFF: "an invisible byte order mark",
}


def _control(character: str, span: Span) -> Diagnostic:
    code = ord(character)
    is_direction = code > 0x2000
    other = (
        "an invisible character that changes the direction of text" if is_direction else "a control character"
    )
    message = f"{_INVISIBLE.get(code, other)} (U+{code:04X})"
    return Diagnostic("load.control-character", message, span, help="delete it")


def _compose(source: Source) -> yaml.Node | None:
    _refuse_deep_nesting(source)
    loader = _YamlLoader(source.text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return node if isinstance(node, yaml.Node) else None


def _refuse_deep_nesting(source: Source) -> None:
    # libyaml recurses in C while it composes and crashes on 100,000 open brackets (PyYAML 6.0.3). A
    # file with few brackets and indents is safe; any other is scanned without recursion, event by event.
    text = source.text
    indents = max((len(line) - len(line.lstrip(" -?:")) for line in text.splitlines()), default=0)
    if text.count("[") + text.count("{") + indents < 1000:
        return
    depth = 0
    loader = _YamlLoader(text)
    try:
        while loader.check_event():
            event = loader.get_event()
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
                if depth > MAX_DEPTH:
                    mark = event.start_mark
                    raise ContentError(_too_deep(source.place(mark.index if mark else 0)))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        loader.dispose()


_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")
_TAG = re.compile(r"(?:&\S+\s+)?(!\S*)")


class _Values:
    """Turns the nodes of a tree into values, and collects what is wrong with them."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self.findings: list[Diagnostic] = []
        self.count = 0
        """The values so far; a long text that aliases repeat counts by its length."""

    def of(self, node: yaml.Node, above: tuple[int, ...] = ()) -> Any:
        """Return the value of a node inside the nodes `above`. Raises ContentError for a file that expands too far."""
        self._count(node)
        if len(above) > MAX_DEPTH:
            raise ContentError(_too_deep(self.tree.span_of(node)))
        if id(node) in above:
            raise ContentError.of(
                "load.self-reference",
                "an alias refers to a value that contains it",
                self.tree.span_of(node),
                help="write the value out instead of using & and *",
            )
        self._check_tag(node)
        if isinstance(node, yaml.ScalarNode):
            self._check_anchor(node)
            return self._scalar(node)
        inside = (*above, id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.of(item, inside) for item in node.value]
        assert isinstance(node, yaml.MappingNode)
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            value = self.of(value_node, inside)
            if key is None:
                continue
            if key in result:
                first = next(k for k, _ in node.value if getattr(k, "value", None) == key)
                message = f'"{key}" appears twice here; the first is in line {first.start_mark.line + 1}'
                self._report("load.duplicate-key", message, key_node, "keep one of the two")
                continue
            result[key] = value
        return result

    def _count(self, node: yaml.Node) -> None:
        self.count += 1 + (len(node.value) // 100 if isinstance(node, yaml.ScalarNode) else 0)
        if self.count > MAX_NODES:
            raise ContentError.of(
                "load.too-many",
                f"the file expands to more than {MAX_NODES:,} values",
                Span(self.tree.source, 1, 1),
                help="write values out instead of repeating them with & and *",
            )

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            sign = "{" if isinstance(node, yaml.MappingNode) else "["
            message = f'"{sign}" opens a list or keys and values, and cannot begin a key'
            self._report("load.bad-key", message, node, 'put text that begins with "{" or "[" in quotes')
            return None
        if node.value == "<<" and not node.style:
            message = 'merge keys ("<<") are not supported'
            self._report("load.merge-key", message, node, "write the fields out")
            return None
        self._check_tag(node)
        return str(self._scalar(node, as_word=True))

    def _check_tag(self, node: yaml.Node) -> None:
        # libyaml gives every plain value a tag; only one that somebody wrote is in the text.
        start = node.start_mark.index
        if isinstance(node, yaml.MappingNode) and node.value and node.value[0][0].start_mark.index == start:
            return  # a tag here belongs to the first key
        if written := _TAG.match(self.tree.source.text, start):
            place = self.tree.source.place(written.start(1), len(written[1]))
            message = f'the tag "{shorten(written[1])}" is not supported'
            cure = "remove the tag; put text in quotes if it has special characters"
            self._report("load.tag", message, place, cure)

    def _check_anchor(self, node: yaml.Node) -> None:
        # "name: &Co Clinic" is the word "Clinic" to YAML; one that an alias refers to is meant as YAML.
        text, start = self.tree.source.text, node.start_mark.index
        found = _ANCHOR.match(text, start)
        if found and not _TAG.match(text, start) and f"*{found[1]}" not in text:
            rest = self.tree.source.line(node.start_mark.line + 1)[node.start_mark.column :].rstrip()
            place = self.tree.source.place(start, len(found[0]))
            message = f'"{shorten(found[0])}" would be left out, as "&" begins a name in YAML'
            self._report("load.anchor", message, place, f'put the text in quotes: "{shorten(rest)}"')

    def _scalar(self, node: yaml.ScalarNode, *, as_word: bool = False) -> Any:
        text: str = node.value
        if node.style:  # quoted or block text; libyaml calls a plain scalar's style ""
            # "\\0" is a control character that the file itself does not contain.
            if refused := next(filter(_is_refused, _SUSPECT_ESCAPE.findall(text)), None):
                self.findings.append(_control(refused, self.tree.span_of(node)))
            return text
        return text if as_word else _plain_value(text)

    def _report(self, code: str, message: str, place: yaml.Node | Span, cure: str) -> None:
        span = self.tree.span_of(place) if isinstance(place, yaml.Node) else place
        self.findings.append(Diagnostic(code, message, span, help=cure))


def _plain_value(text: str) -> Any:
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text) if len(text.lstrip("+-")) < 19 else text
    if _FLOAT.fullmatch(text) and len(text) < 30:
        return float(text)
    return text


def _too_deep(span: Span) -> Diagnostic:
    return Diagnostic(
        "load.too-deep",
        f"lists and mappings are nested more than {MAX_DEPTH} levels deep",
        span,
        help="close what is open before this place",
    )
