"""Load: YAML text → plain values that remember where they stand.

Values are what YAML 1.2's core schema says, and less: `no` is a word, `010` and `1e3` are words, a date
is a word that the model reads. Keys may not repeat; merge keys, tags and several documents in one
file are refused, and aliases are counted before they are followed, so that no small file can
become a large one. Nothing here knows what a handout is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
from bifolio.core.source_tree import Tree
from bifolio.core.yaml_errors import name_slip

try:  # PyYAML without libyaml still works, about eight times slower.
    from yaml import CSafeLoader as _YamlLoader
except ImportError:  # pragma: no cover
    from yaml import SafeLoader as _YamlLoader  # type: ignore[assignment]

MAX_FILE_BYTES = 2_000_000
MAX_NODES = 100_000
MAX_DEPTH = 60
MOST_CONTROLS = 20  # what more there is of them, a file of another sort has in thousands

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+")


def load(files: ProjectFiles, name: str) -> Tree:
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
        raise ContentError(
            Diagnostic(
                "load.too-large",
                f"the file has {len(raw):,} bytes; at most {MAX_FILE_BYTES:,} are read",
                where=name,
                help="split it into several files",
            )
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
        raise ContentError(
            Diagnostic(
                "load.outside",
                "the file is a link to a place outside the project",
                where=name,
                help="put the file itself here",
            )
        ) from error
    except OSError as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be read"
        raise ContentError(
            Diagnostic(
                "load.missing-file",
                f"the file {reason}",
                where=name,
                help="check the name, and that the file is in this folder",
            )
        ) from error


def _not_utf8(raw: bytes, error: UnicodeDecodeError, name: str) -> Diagnostic:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        said, span = "the file is UTF-16 text, not UTF-8", None
    else:
        # What comes before the fault is sound; the rest is only there to show the line.
        source = Source(name, raw.decode("utf-8", errors="replace").removeprefix("\ufeff"))
        span = source.place(len(raw[: error.start].decode("utf-8-sig")))
        said = "here is a byte that is not UTF-8 text"
    return Diagnostic(
        "load.not-utf8",
        said,
        span,
        help='save the file as "UTF-8" in your editor',
        where=None if span else name,
    )


def parse(text: str, name: str) -> Tree:
    """Turn YAML text into a Tree; `name` is how findings call it."""
    source = Source(name, text)
    _refuse_controls(source)
    try:
        node = _compose(source)
    except yaml.MarkedYAMLError as error:
        raise ContentError(name_slip(source, error)) from error
    if node is None:
        return Tree(source, None, None)
    findings: list[Diagnostic] = []
    tree = Tree(source, None, node)
    budget = _Budget(source)
    value = _construct(node, tree, findings, budget, ())
    if findings:
        raise ContentError(findings)
    return Tree(source, value, node)


_SUSPECTS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\uffff"
"""All that may be a control character; the few that are not are told apart one by one."""

_SUSPECT = re.compile(f"[{_SUSPECTS}]")
_SUSPECT_ESCAPE = re.compile(f"[\r{_SUSPECTS}]")


def _refuse_controls(source: Source) -> None:
    refused = (found for found in _SUSPECT.finditer(source.text) if _is_refused(found.group()))
    findings = [
        _control(found.group(), source.place(found.start())) for found in islice(refused, MOST_CONTROLS)
    ]
    if findings:
        raise ContentError(findings)


def _is_refused(character: str) -> bool:
    # U+FFFE and U+FFFF stop libyaml; a byte order mark in the middle is a slip of two joined files.
    return is_control(character) or character in "\ufeff\ufffe\uffff"


def _control(character: str, span: Span) -> Diagnostic:
    code = ord(character)
    what = {
        0x85: "an invisible line end",
        0x2028: "an invisible line end",
        0x2029: "an invisible line end",
        0xFEFF: "an invisible byte order mark",
    }.get(code, "an invisible sign that turns text round" if code > 0x2000 else "a control character")
    return Diagnostic(
        "load.control-character", f"{what} (U+{code:04X}) stands here", span, help="take it out"
    )


def _compose(source: Source) -> yaml.Node | None:
    _refuse_bottomless(source)
    loader = _YamlLoader(source.text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    return node if isinstance(node, yaml.Node) else None


def _refuse_bottomless(source: Source) -> None:
    # libyaml recurses in C while it composes and dies of 100,000 open brackets (PyYAML 6.0.3). A
    # file this shallow by count cannot get there; any other is scanned flat, event by event.
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


@dataclass(slots=True)
class _Budget:
    """What a file may still grow to; a long text that an alias repeats counts for its length."""

    source: Source
    nodes: int = 0

    def spend(self, node: yaml.Node) -> None:
        self.nodes += 1 + (len(node.value) // 100 if isinstance(node, yaml.ScalarNode) else 0)
        if self.nodes > MAX_NODES:
            raise ContentError(
                Diagnostic(
                    "load.too-many",
                    f"the file grows to more than {MAX_NODES:,} values",
                    Span(self.source, 1, 1),
                    help="write values out instead of repeating them with & and *",
                )
            )


def _construct(
    node: yaml.Node,
    tree: Tree,
    findings: list[Diagnostic],
    budget: _Budget,
    above: tuple[int, ...],
) -> Any:
    budget.spend(node)
    if len(above) > MAX_DEPTH:
        raise ContentError(_too_deep(tree.span_of(node)))
    if id(node) in above:
        raise ContentError(
            Diagnostic(
                "load.self-reference",
                "an alias points at a value that contains it",
                tree.span_of(node),
                help="write the value out instead of using & and *",
            )
        )
    _refuse_tag(node, tree, findings)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, tree, findings)
    inside = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, tree, findings, budget, inside) for item in node.value]
    assert isinstance(node, yaml.MappingNode)
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(key_node, tree, findings)
        value = _construct(value_node, tree, findings, budget, inside)
        if key is None:
            continue
        if key in result:
            first = next(k for k, _ in node.value if getattr(k, "value", None) == key)
            findings.append(
                Diagnostic(
                    "load.duplicate-key",
                    f'"{key}" stands twice here; the first is in line {first.start_mark.line + 1}',
                    tree.span_of(key_node),
                    help="keep one of the two",
                )
            )
            continue
        result[key] = value
    return result


def _key(node: yaml.Node, tree: Tree, findings: list[Diagnostic]) -> str | None:
    if not isinstance(node, yaml.ScalarNode):
        sign = "{" if isinstance(node, yaml.MappingNode) else "["
        findings.append(
            Diagnostic(
                "load.bad-key",
                f'"{sign}" opens a list or keys and values, and cannot begin a key',
                tree.span_of(node),
                help='put text that begins with "{" or "[" in quotes',
            )
        )
        return None
    if node.value == "<<" and not node.style:
        findings.append(
            Diagnostic(
                "load.merge-key",
                'merge keys ("<<") are not used here',
                tree.span_of(node),
                help="write the fields out",
            )
        )
        return None
    _refuse_tag(node, tree, findings)
    return str(_scalar(node, tree, findings, as_word=True))


_TAG = re.compile(r"(?:&\S+\s+)?(!\S*)")


def _refuse_tag(node: yaml.Node, tree: Tree, findings: list[Diagnostic]) -> None:
    # Plain values get a tag of the core from libyaml; only one that somebody wrote stands in the text.
    start = node.start_mark.index
    if isinstance(node, yaml.MappingNode) and node.value and node.value[0][0].start_mark.index == start:
        return  # what stands there is of its first key
    if written := _TAG.match(tree.source.text, start):
        findings.append(
            Diagnostic(
                "load.tag",
                f'the tag "{shorten(written[1])}" is not used here',
                tree.source.place(written.start(1), len(written[1])),
                help="take the tag out; put text in quotes if it has special characters",
            )
        )


def _scalar(node: yaml.ScalarNode, tree: Tree, findings: list[Diagnostic], *, as_word: bool = False) -> Any:
    text: str = node.value
    if node.style:  # quoted or block text; libyaml calls a plain scalar's style ""
        # "\\0" writes a control character that the file itself does not hold.
        if refused := next(filter(_is_refused, _SUSPECT_ESCAPE.findall(text)), None):
            findings.append(_control(refused, tree.span_of(node)))
        return text
    return text if as_word else _plain_value(text)


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
        f"lists and mappings stand more than {MAX_DEPTH} deep in each other",
        span,
        help="handouts are flat; close what is open before this place",
    )
