from __future__ import annotations

import pytest

from bifolio.core.diagnostics import (
    BifolioError,
    ContentError,
    DesignError,
    Diagnostic,
    ProofError,
    RequestError,
    Severity,
    Source,
    Span,
    ToolError,
    did_you_mean,
    relative_name,
    shorten,
    show,
    suggest,
)


def _span(text: str, word: str) -> Span:
    source = Source("content/x.yaml", text)
    return source.place(text.index(word), len(word))


def test_finding_shows_place_code_line_and_cure() -> None:
    finding = Diagnostic(
        "content.unknown-block", "no such block", _span("a: b\n- calout: x\n", "calout"), "mend it"
    )
    assert show(finding).splitlines() == [
        "content/x.yaml:2:3: error[content.unknown-block]: no such block",
        "    2 | - calout: x",
        "          ^^^^^^",
        "   help: mend it",
    ]


def test_warning_and_artefact_without_a_line() -> None:
    finding = Diagnostic("verify.font", "not embedded", where="out/a.pdf", severity=Severity.WARNING)
    assert show(finding) == "out/a.pdf: warning[verify.font]: not embedded"
    assert not finding.is_error


def _marked(text: str, word: str) -> tuple[str, str]:
    """Return what stands above the carets, counted in the columns of a terminal, and the carets."""
    _, quoted, marks = show(Diagnostic("a.b", "c", _span(text, word))).splitlines()
    return quoted, marks


def test_carets_stand_under_the_words_after_wide_letters_and_accents() -> None:
    quoted, marks = _marked("安安 x́ word", "word")
    at = marks.index("^")
    # Two Chinese letters take two columns each; the accent takes none.
    assert at == len("    1 | ") + 4 + 1 + 1 + 1
    assert marks.count("^") == 4
    assert quoted.endswith("word")


def test_long_line_shows_the_part_that_matters() -> None:
    quoted, marks = _marked("a" * 500 + "WORD" + "b" * 500, "WORD")
    assert len(quoted) == len("    1 | ") + 100
    assert quoted[marks.index("^") :].startswith("WORD")


def test_carets_end_with_the_line() -> None:
    span = Span(Source("x", "ab"), 1, 2, 50)
    assert show(Diagnostic("a.b", "c", span)).splitlines()[-1] == " " * 9 + "^"


def test_tab_takes_one_column() -> None:
    quoted, marks = _marked("\tkey: word", "word")
    assert quoted[marks.index("^") :] == "word"


@pytest.mark.parametrize("control", ["\x1b[2J", "\x07", "\r", "\u202e", "\x9b31m", "\u2028"])
def test_finding_cannot_steer_the_terminal(control: str) -> None:
    source = Source(f"evil{control}.yaml", f"key{control}: x")
    said = show(Diagnostic("a.b", f"bad {control} word", Span(source, 1, 1), help=f"no {control}"))
    assert control[0] not in said
    assert "\N{REPLACEMENT CHARACTER}" in said


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_end_where_yaml_ends_them(end: str) -> None:
    source = Source("x", f"one{end}two{end}three")
    assert [source.line(number) for number in (0, 1, 2, 3, 4)] == ["", "one", "two", "three", ""]
    span = source.place(source.text.index("three"), 5)
    assert (span.line, span.column) == (3, 1)


def test_form_feed_ends_no_line() -> None:
    # str.splitlines would, and every finding after it would be a line off.
    assert Source("x", "one\x0ctwo\nthree").line(2) == "three"


@pytest.mark.parametrize(("text", "count"), [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\n\n", 2)])
def test_line_count(text: str, count: int) -> None:
    assert Source("x", text).line_count == count


def test_error_sorts_its_findings_by_place() -> None:
    text = "a\nb\nc"
    findings = [Diagnostic("z.z", letter, _span(text, letter)) for letter in "cab"]
    assert [finding.message for finding in ContentError(findings).findings] == ["a", "b", "c"]
    assert str(ContentError(findings)).index("x.yaml:1:1") < str(ContentError(findings)).index("x.yaml:3:1")


def test_exit_codes_are_those_of_the_command_line() -> None:
    kinds = (RequestError, ContentError, DesignError, ProofError, ToolError)
    assert [kind.exit_code for kind in kinds] == [2, 3, 4, 5, 6]
    assert BifolioError.exit_code == 1


def test_json_holds_what_a_machine_needs() -> None:
    finding = Diagnostic("a.b", "c", _span("x: y", "y"), "d")
    assert finding.as_json() == {
        "code": "a.b",
        "severity": "error",
        "message": "c",
        "file": "content/x.yaml",
        "line": 1,
        "column": 4,
        "help": "d",
    }


def test_near_miss_ignores_case_and_far_words() -> None:
    assert did_you_mean("A4", ["a4", "a5"]) == "a4"
    assert did_you_mean("Letter", ["letter", "latter"]) == "letter"
    assert did_you_mean("zebra", ["a4", "a5"]) is None


def test_suggestion_lists_what_is_known_but_not_for_ever() -> None:
    assert suggest("calout", ["callout"], "kinds") == 'did you mean "callout"?'
    assert suggest("q", ["b", "a"], "kinds") == "kinds: a, b"
    assert suggest("q", [], "kinds") == "there are no kinds yet"
    assert suggest("q", [f"n{n}" for n in range(20)], "kinds", limit=2) == "kinds: n0, n1, …"


def test_shortened_words_are_one_line() -> None:
    assert shorten("a\n  b") == "a b"
    assert shorten("x" * 80) == "x" * 59 + "…"


def test_names_are_relative_to_the_project(tmp_path) -> None:
    assert relative_name(tmp_path / "content" / "a.yaml", tmp_path) == "content/a.yaml"
    assert relative_name(tmp_path.parent / "b.yaml", tmp_path) == (tmp_path.parent / "b.yaml").as_posix()
