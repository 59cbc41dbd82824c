"""Load: YAML text → plain values that remember where they stand.

Values are what YAML 1.2's core schema says and no more: `no` is a word, `010` is a word, a date
is a word that the model reads. Keys may not repeat; merge keys, tags and several documents in one
file are refused, and aliases are counted before they are followed, so that no small file can
become a large one. Nothing here knows what a handout is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bifolio.diagnostics import ContentError, Diagnostic, Source, Span, relative_name
from bifolio.model.tree import Tree

try:  # PyYAML without libyaml still works, about eight times slower.
    from yaml import CSafeLoader as _YamlLoader
except ImportError:  # pragma: no cover
    from yaml import SafeLoader as _YamlLoader  # type: ignore[assignment]

MAX_FILE_BYTES = 2_000_000
MAX_NODES = 100_000
MAX_DEPTH = 60

_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+|[-+]?(0|[1-9][0-9]*)\.[0-9]*")


def load(path: Path, root: Path) -> Tree:
    """Read the YAML file at `path`; findings name it from `root`.

    Raises ContentError with one finding when the file is missing, is not UTF-8, is not YAML, or is
    more than a hand-written file can be.
    """
    name = relative_name(path, root)
    try:
        raw = path.read_bytes()
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
    if len(raw) > MAX_FILE_BYTES:
        raise ContentError(
            Diagnostic(
                "load.too-large",
                f"the file has {len(raw):,} bytes; at most {MAX_FILE_BYTES:,} are read",
                where=name,
                help="split it into several handouts",
            )
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContentError(
            Diagnostic(
                "load.not-utf8",
                f"line {line} holds a byte that is not UTF-8 text",
                where=name,
                help='save the file as "UTF-8" in your editor',
            )
        ) from error
    return parse(text, name)


def parse(text: str, name: str) -> Tree:
    """Turn YAML text into a Tree; `name` is how findings call it."""
    source = Source(name, text)
    try:
        node = _compose(source)
    except yaml.MarkedYAMLError as error:
        raise ContentError(_broken(source, error)) from error
    except yaml.YAMLError as error:
        raise ContentError(Diagnostic("load.broken-yaml", _plain(str(error)), Span(source, 1, 1))) from error
    if node is None:
        return Tree(source, None, None)
    findings: list[Diagnostic] = []
    tree = Tree(source, None, node)
    budget = _Budget(source)
    value = _construct(node, tree, findings, budget, ())
    if findings:
        raise ContentError(findings)
    return Tree(source, value, node)


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
                    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
                    raise ContentError(_too_deep(Span(source, *place)))
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
    finally:
        loader.dispose()


@dataclass(slots=True)
class _Budget:
    source: Source
    nodes: int = 0

    def spend(self) -> None:
        self.nodes += 1
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
    budget.spend()
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
        return _scalar(node)
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
        findings.append(Diagnostic("load.bad-key", "a key must be a word, not a list", tree.span_of(node)))
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
    return str(node.value)


_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge", "value")
)


def _refuse_tag(node: yaml.Node, tree: Tree, findings: list[Diagnostic]) -> None:
    # The resolver gives plain scalars a core tag; anything else was written by hand.
    if node.tag not in _CORE_TAGS and not node.tag.startswith("tag:yaml.org,2002:"):
        shown = node.tag
    elif node.tag not in _CORE_TAGS:
        shown = "!!" + node.tag.rpartition(":")[2]
    else:
        return
    findings.append(
        Diagnostic(
            "load.tag",
            f'the tag "{shown}" is not used here',
            tree.span_of(node),
            help="take the tag out; put text in quotes if it has special characters",
        )
    )


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:  # quoted or block text; libyaml calls a plain scalar's style ""
        return text
    if _NULL.fullmatch(text):
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) < 19 else text
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


# What libyaml says → what the author reads, and the cure. Order matters: the first that fits wins.
_PROBLEMS = (
    ("mapping values are not allowed", "a second colon in one line", "put the text in quotes"),
    ("could not find expected ':'", "a key without its colon", "check this line and the one above"),
    ("did not find expected key", "a line that fits nothing above it", "check its indentation"),
    ("expected '-' indicator", "a list item in another column", "list items start in one column"),
    ("unexpected end of stream", "a quote or bracket is not closed", "close it"),
    ("undefined alias", 'a word that starts with "*"', "put the text in quotes"),
    ("another document", "a second document in one file", 'take out the second "---"'),
    ("cannot start any token", "a character that cannot start a text", "put the text in quotes"),
    ("expected ',' or", "a list or mapping in brackets is not closed", "close the bracket"),
    ("special characters are not allowed", "a control character", "take it out"),
)


def _broken(source: Source, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    problem = error.problem or str(error)
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = len(source.text.splitlines())
    if line > lines:
        line, column = max(1, lines), len(source.line(lines)) + 1
    what, cure = _plain(problem), "check the indentation and the quotes around this line"
    if "\t" in source.line(line)[:column]:
        what, cure = "a tab in the indentation", "use spaces instead"
    else:
        for sign, words, way_out in _PROBLEMS:
            if sign in str(error):
                what, cure = words, way_out
                break
    return Diagnostic(
        "load.broken-yaml",
        f"this is not YAML: {what}",
        Span(source, line, max(1, column)),
        help=cure,
    )


def _plain(text: str) -> str:
    return " ".join(text.split())
