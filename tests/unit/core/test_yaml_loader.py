from __future__ import annotations

from pathlib import Path

import pytest

from bifolio.core import yaml_loader as load_module
from bifolio.core.diagnostics import ContentError, relative_name
from bifolio.core.files import ProjectFiles
from bifolio.core.yaml_loader import MAX_DEPTH, MAX_FILE_BYTES, MAX_NODES, load, parse


def _refused(text: str) -> tuple[str, ...]:
    with pytest.raises(ContentError) as raised:
        parse(text, "x.yaml")
    return tuple(finding.code for finding in raised.value.findings)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("nil", "nil"),
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", "1e3"),
        (".nan", ".nan"),
        (".inf", ".inf"),
        ("2026-11-22", "2026-11-22"),
        ("=", "="),
        ('"12"', "12"),
        ("'true'", "true"),
        ("999999999999999999", 999999999999999999),
        ("-999999999999999999", -999999999999999999),
        ("9" * 5000, "9" * 5000),
        ("0." + "1" * 5000, "0." + "1" * 5000),
    ],
)
def test_plain_values(written: str, value: object) -> None:
    loaded = parse(f"key: {written}", "x.yaml").value["key"]
    assert loaded == value
    assert type(loaded) is type(value)


def test_keys_are_words() -> None:
    assert parse("12: a\ntrue: b\n~: c\n", "x.yaml").value == {"12": "a", "true": "b", "~": "c"}


def test_missing_values_are_none() -> None:
    assert parse("a:\nb: {c: }\n", "x.yaml").value == {"a": None, "b": {"c": None}}
    assert parse("", "x.yaml").value is None
    assert parse("# only a comment\n", "x.yaml").value is None


def test_anchors_may_repeat_small_things() -> None:
    assert parse("a: &x [1]\nb: *x\n", "x.yaml").value == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: 1\na: 2", "load.duplicate-key"),
        ("a: 1\n'a': 2", "load.duplicate-key"),
        ("a: &x {b: 1}\nc:\n  <<: *x", "load.merge-key"),
        ("? [a]\n: b", "load.bad-key"),
        ("a: {{ b }}", "load.bad-key"),
        ("a: !!str 1", "load.tag"),
        ("a: !!python/name:os.system x", "load.tag"),
        ("a: !mine x", "load.tag"),
        ("a: &x !mine x", "load.tag"),
        ("!mine a: x", "load.tag"),
        ("!!map {a: x}", "load.tag"),
        ("a: !<tag:yaml.org,2002:int> x", "load.tag"),
        ('a: "\\0"', "load.control-character"),
        ('a: "\\e[2J"', "load.control-character"),
        ('"\\a": x', "load.control-character"),
        ("a: \x07", "load.control-character"),
        ("a: \x85b", "load.control-character"),
        ("a: \u2028b", "load.control-character"),
        ("a: \u202eb", "load.control-character"),
        ("a: \ufeffb", "load.control-character"),
        ("a: [b", "load.broken-yaml"),
        ("&a [*a]", "load.self-reference"),
        ("a: &a {b: {c: *a}}", "load.self-reference"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    assert _refused(text) == (code,)


def test_bad_keys_stop_nothing_else() -> None:
    assert _refused("a: 1\na: 2\nb: !x 3\nc: {<<: 4}") == (
        "load.duplicate-key",
        "load.tag",
        "load.merge-key",
    )


def test_exclamation_marks_in_words_are_no_tags() -> None:
    assert parse('a: "!b"\nc: d! e\n', "x.yaml").value == {"a": "!b", "c": "d! e"}


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
def test_depth_is_bounded(opening: str, closing: str) -> None:
    assert _refused(opening * (MAX_DEPTH + 1) + "a" + closing * (MAX_DEPTH + 1)) == ("load.too-deep",)
    assert _refused(opening * 100_000) == ("load.too-deep",)  # libyaml by itself dies of it
    assert _refused("? " * 100_000) == ("load.too-deep",)


def test_deep_enough_is_read() -> None:
    text = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse(text, "x.yaml").value is not None


def test_many_flat_brackets_are_not_deep() -> None:
    assert len(parse("- [a]\n" * 2000, "x.yaml").value) == 2000


def test_aliases_cannot_make_a_small_file_large() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert _refused(bomb) == ("load.too-many",)


def test_one_long_text_repeated_counts_for_its_length() -> None:
    text = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 2000)}]\n"
    assert MAX_NODES > 2000
    assert _refused(text) == ("load.too-many",)


def test_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    tree = load(ProjectFiles(tmp_path), path.name)
    assert tree.value == {"a": 1, "b": 2}
    assert tree.span(("b",)).line == 2


def _cannot_load(path: Path, root: Path) -> str:
    with pytest.raises(ContentError) as raised:
        load(ProjectFiles(root), relative_name(path, root))
    (finding,) = raised.value.findings
    return finding.code


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert _cannot_load(tmp_path / "none.yaml", tmp_path) == "load.missing-file"
    (tmp_path / "folder.yaml").mkdir()
    assert _cannot_load(tmp_path / "folder.yaml", tmp_path) == "load.missing-file"
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    assert _cannot_load(large, tmp_path) == "load.too-large"


def test_place_of_a_byte_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes("ä: 1\nb: Café".encode() + b" \xe9t\xe9\n")
    with pytest.raises(ContentError) as raised:
        load(ProjectFiles(tmp_path), path.name)
    (finding,) = raised.value.findings
    assert finding.span is not None
    assert (finding.code, finding.span.line, finding.span.column) == ("load.not-utf8", 2, 9)


def test_links_may_not_lead_out_of_the_project(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: 1\n", "utf-8")
    (project / "out.yaml").symlink_to(secret)
    (project / "in.yaml").symlink_to(project / "real.yaml")
    (project / "real.yaml").write_text("a: 1\n", "utf-8")
    (project / "round.yaml").symlink_to(project / "round.yaml")
    assert _cannot_load(project / "out.yaml", project) == "load.outside"
    assert _cannot_load(project / "round.yaml", project) == "load.missing-file"
    assert load(ProjectFiles(project), "in.yaml").value == {"a": 1}


def test_a_project_may_itself_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.yaml").write_text("a: 1\n", "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert load(ProjectFiles(tmp_path / "link"), "a.yaml").value == {"a": 1}


def test_spans_lead_back_to_the_text() -> None:
    text = "ä:\n  - b: 'x y'\n    c: >-\n      long\n      text\n  - {d: [1, 22]}\n"
    tree = parse(text, "x.yaml")
    assert str(tree.span(("ä", 0, "b"))) == "x.yaml:2:8"
    assert str(tree.span(("ä", 0, "b"), key=True)) == "x.yaml:2:5"
    assert str(tree.span(("ä", 1, "d", 1))) == "x.yaml:6:13"
    assert str(tree.span(("ä", 0, "no", "b"))) == "x.yaml:2:8"  # steps that are not there are left out
    assert tree.there(("ä", 0, "items", "b")) == ("ä", 0, "b")
    assert str(tree.inside(("ä", 0, "c"), "text")) == "x.yaml:5:7"
    assert str(tree.inside(("ä", 0, "c"), "gone")) == "x.yaml:3:8"
    assert str(tree.find("y")) == "x.yaml:2:11"
    assert tree.find("ä") is None  # a key is not said on a page
    assert parse("a: 1.10", "x").written(("a",)) == "1.10"


def test_pure_python_yaml_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import yaml

    monkeypatch.setattr(load_module, "_YamlLoader", yaml.SafeLoader)
    assert parse("a: [1, no]\nb: 2026-11-22\n", "x.yaml").value == {"a": [1, "no"], "b": "2026-11-22"}
    assert _refused("a: [b\n") == ("load.broken-yaml",)
    assert _refused("a: !x b\n") == ("load.tag",)
