"""sandbox: no template from a stranger, be it a clinic's part or a drawing, can run, read or write anything."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jinja2 import FileSystemBytecodeCache, FileSystemLoader, UndefinedError
from jinja2.sandbox import SandboxedEnvironment, SecurityError

from bifolio.build.pipeline import Pipeline
from bifolio.compose.composer import Composer
from bifolio.compose.environment import Templates
from bifolio.compose.sandbox import Sandbox, attributes, offered
from bifolio.content.repository import Repository
from bifolio.core.diagnostics import DesignError, Source
from bifolio.model.figure import Drawing
from bifolio.model.handout import Handout
from tests.conftest import ROOT
from tests.support.making import composer_of
from tests.support.samples import Sampler

FINDING = None
"""How most tricks end."""

TRICKS: Sequence[tuple[str, str | None]] = (
    # Walks over attributes. MODEL is a model of ours, FUNCTION one that is offered.
    ("{{ ''.__class__.__mro__ }}", FINDING),
    ("{{ MODEL.__class__ }}", FINDING),
    ("{{ MODEL['__class__'] }}", FINDING),
    ("{{ MODEL['\\x5f_class_\\x5f'] }}", FINDING),
    ("{{ MODEL['_' ~ '_class_' ~ '_'] }}", FINDING),
    ("{{ MODEL[('%c' * 9) | format(95, 95, 99, 108, 97, 115, 115, 95, 95)] }}", FINDING),
    ("{{ MODEL.__init__.__globals__ }}", FINDING),
    ("{{ MODEL.__dict__ }}", FINDING),
    ("{{ MODEL.__pydantic_validator__ }}", FINDING),
    ("{{ [].__class__.__base__.__subclasses__() }}", FINDING),
    ("{{ {}.__class__ }}", FINDING),
    ("{{ (1).__class__ }}", FINDING),
    ("{{ (1).bit_length() }}", FINDING),
    ("{{ true.__class__ }}", FINDING),
    ("{{ none.__class__ }}", FINDING),
    ("{{ (MODEL,).count(1) }}", FINDING),
    ("{% with a = MODEL.__dict__ %}{{ a }}{% endwith %}", FINDING),
    ("{% if MODEL.__class__ is defined %}there{% endif %}gone", "gone"),
    ("{{ MODEL.__class__ | default('gone') }}", "gone"),
    # What models inherit.
    ("{{ MODEL.parse_raw(PICKLE, proto='pickle', allow_pickle=True) }}", FINDING),
    ("{{ MODEL['parse_raw'](PICKLE, proto='pickle', allow_pickle=True) }}", FINDING),
    ("{{ MODEL.parse_file('CANARY') }}", FINDING),
    ("{{ MODEL.parse_obj({}) }}", FINDING),
    ("{{ MODEL.model_validate_json('{}') }}", FINDING),
    ("{{ MODEL.model_construct() }}", FINDING),
    ("{{ MODEL.construct() }}", FINDING),
    ("{{ MODEL.model_copy(update={'title': 1}) }}", FINDING),
    ("{{ MODEL.copy() }}", FINDING),
    ("{{ MODEL.model_dump() }}", FINDING),
    ("{{ MODEL.json() }}", FINDING),
    ("{{ MODEL.model_json_schema() }}", FINDING),
    ("{{ MODEL.model_fields }}", FINDING),
    ("{{ MODEL.model_config }}", FINDING),
    ("{{ MODEL.model_extra }}", FINDING),
    ("{{ MODEL.from_orm(MODEL) }}", FINDING),
    ("{% set MODEL.title = 'another' %}", FINDING),
    # Strings that format.
    ("{{ '{0.__class__}'.format(MODEL) }}", FINDING),
    ("{{ '{0.parse_raw}'.format(MODEL) }}", FINDING),
    ("{{ '{0[__class__]}'.format(MODEL) }}", FINDING),
    ("{{ '{x.__init__.__globals__}'.format(x=MODEL) }}", FINDING),
    ("{{ '{x.__class__}'.format_map({'x': MODEL}) }}", FINDING),
    ("{{ '{0:{1.__class__}}'.format(1, MODEL) }}", FINDING),
    ("{{ ('{0.__class__}' | safe).format(MODEL) }}", FINDING),
    ("{{ '{0.__class__}' | format(MODEL) }}", FINDING),
    ("{{ 'as %s' | format('text') }}", "as text"),
    ("{{ 'as %s' % 'text' }}", "as text"),
    # Objects that are no text: Python prints where they lie in memory, which differs from one build to the next.
    ("{{ FUNCTION }}", FINDING),
    ("{{ MODEL }}", FINDING),
    ("{{ FUNCTION | string }}", FINDING),
    ("{{ FUNCTION ~ '' }}", FINDING),
    ("{{ FUNCTION | e }}", FINDING),
    ("{{ FUNCTION | upper | length }}", FINDING),
    ("{{ [FUNCTION] }}", FINDING),
    ("{{ {1: FUNCTION} | string }}", FINDING),
    ("{{ [FUNCTION] | join }}", FINDING),
    ("{{ [FUNCTION] | map('string') | first }}", FINDING),
    ("{{ [1] | map('string') }}", FINDING),
    ("{{ '%s' | format(FUNCTION) }}", FINDING),
    ("{{ '%s' % FUNCTION }}", FINDING),
    ("{{ '%(a)s' % {'a': FUNCTION} }}", FINDING),
    ("{{ '{}'.format(FUNCTION) }}", FINDING),
    ("{{ ('{}' | safe).format(FUNCTION) }}", FINDING),
    ("{{ '{:{a}}'.format(1, a=FUNCTION) }}", FINDING),
    ("{{ 'a' | replace('a', FUNCTION) }}", FINDING),
    ("{% set x %}{{ FUNCTION }}{% endset %}{{ x | length }}", FINDING),
    ("{% for x in [1] %}{{ loop }}{% endfor %}", FINDING),
    ("{% macro m() %}{% endmacro %}{{ m }}", FINDING),
    ("{{ 3 ~ ' of ' ~ 4.5 }}", "3 of 4.5"),
    ("{{ '{0}, {1[a]}'.format(1, {'a': 2}) }}", "1, 2"),
    ("{{ [{'a': 1}, {'a': 2}] | join(' and ', attribute='a') }}", "1 and 2"),
    # Methods of words, lists and tables.
    ("{{ 'a'.encode() }}", FINDING),
    ("{{ 'a'.translate({}) }}", FINDING),
    ("{{ ('a' | safe).__html__() }}", FINDING),
    ("{{ ('a' | e).unescape() }}", FINDING),
    ("{{ ('a' | e).escape.__func__ }}", FINDING),
    ("{{ [].append(1) }}", FINDING),
    ("{{ [1].pop() }}", FINDING),
    ("{{ {}.update(a=1) }}", FINDING),
    ("{{ {'a': 1}.setdefault('b', 2) }}", FINDING),
    # Filters and tests.
    ("{{ MODEL | attr('__class__') }}", FINDING),
    ("{{ MODEL | attr('parse_raw') }}", FINDING),
    ("{% filter attr('__class__') %}x{% endfilter %}", FINDING),
    ("{{ [MODEL] | map('attr', '__class__') | list }}", FINDING),
    ("{{ [MODEL] | map(attribute='__class__') | join }}", FINDING),
    ("{{ [MODEL] | map(attribute='parse_raw') | first }}", FINDING),
    ("{{ [MODEL] | join(attribute='__class__') }}", FINDING),
    ("{{ [MODEL] | sum(attribute='__class__') }}", FINDING),
    ("{{ [MODEL, MODEL] | sort(attribute='__class__') }}", FINDING),
    ("{{ [MODEL, MODEL] | max(attribute='__class__') }}", FINDING),
    ("{{ [MODEL] | groupby('__class__') }}", FINDING),
    ("{{ [MODEL] | selectattr('__class__') | list }}", FINDING),
    ("{{ [MODEL] | rejectattr('parse_file') | list }}", FINDING),
    ("{{ [MODEL] | selectattr('__class__', 'defined') | list | length }} found", "0 found"),
    ("{{ {'onload=x': 1} | xmlattr }}", FINDING),
    ("{{ MODEL | pprint }}", FINDING),
    ("{{ MODEL | tojson }}", FINDING),
    ("{{ [1, 2] | random }}", FINDING),
    # Functions, their globals and closures.
    ("{{ FUNCTION.__globals__ }}", FINDING),
    ("{{ FUNCTION.__func__.__globals__ }}", FINDING),
    ("{{ FUNCTION.__self__ }}", FINDING),
    ("{{ FUNCTION.__closure__ }}", FINDING),
    ("{{ FUNCTION.__code__ }}", FINDING),
    ("{{ FUNCTION.__call__.__self__ }}", FINDING),
    ("{{ FUNCTION.offered_to_templates }}", FINDING),
    ("{{ range.__globals__ }}", FINDING),
    ("{{ range.__module__ }}", FINDING),
    ("{{ range(10 ** 9) | length }}", FINDING),
    ("{% for _ in range(10 ** 6) %}{% endfor %}", FINDING),
    # What Jinja brings.
    ("{{ self._TemplateReference__context }}", FINDING),
    ("{{ self.__init__.__globals__ }}", FINDING),
    ("{{ self['environment'] }}", FINDING),
    ("{{ super.__class__ }}", FINDING),
    ("{{ context.environment }}", FINDING),
    ("{{ environment }}", FINDING),
    ("{{ caller.__globals__ }}", FINDING),
    ("{{ cycler.__init__.__globals__.os.popen('touch MADE').read() }}", FINDING),
    ("{{ cycler(1).next.__globals__ }}", FINDING),
    ("{{ joiner.__init__.__globals__.os }}", FINDING),
    ("{{ lipsum.__globals__['os'].popen('touch MADE') }}", FINDING),
    ("{{ dict.__base__ }}", FINDING),
    ("{{ namespace.__init__.__globals__ }}", FINDING),
    ("{{ namespace.mro() }}", FINDING),
    ("{{ namespace(a=1).__class__ }}", FINDING),
    ("{{ namespace(offered_to_templates=true)() }}", FINDING),
    ("{% set ns = namespace() %}{% set ns.__class__ = 1 %}{{ ns.__class__ }}", FINDING),
    ("{% for x in [1] %}{{ loop.__class__ }}{% endfor %}", FINDING),
    ("{% for x in [1] %}{{ loop._iterator }}{% endfor %}", FINDING),
    ("{% for x in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}", FINDING),
    ("{% for x in [1] %}{{ loop.cycle.__func__.__globals__ }}{% endfor %}", FINDING),
    ("{% for x in [[1]] recursive %}{{ loop.__call__.__globals__ }}{% endfor %}", FINDING),
    ("{% macro m() %}{% endmacro %}{{ m.__call__.__globals__ }}", FINDING),
    ("{% macro m() %}{% endmacro %}{{ m._environment }}", FINDING),
    ("{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}", FINDING),
    ("{% macro m() %}{{ caller._func.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}", FINDING),
    ("{% macro m(a=''.__class__) %}{{ a }}{% endmacro %}{{ m() }}", FINDING),
    ("{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}", FINDING),
    ("{% macro m() %}{{ kwargs.__class__ }}{% endmacro %}{{ m(a=1) }}", FINDING),
    ("{% import 'art/leaf.svg.j2' as m %}{{ m.__init__.__globals__ }}", FINDING),
    ("{% import 'art/leaf.svg.j2' as m %}{{ m._body_stream }}", FINDING),
    ("{% from 'art/leaf.svg.j2' import __class__ as m %}", FINDING),
    ("{{ nobody.__class__ }}", FINDING),
    ("{{ nobody._undefined_hint }}", FINDING),
    ("{{ (nobody | default(0)).__class__ }}", FINDING),
    ("{{ __import__('os').system('touch MADE') }}", FINDING),
    ("{{ __builtins__ }}", FINDING),
    ("{{ open('CANARY').read() }}", FINDING),
    # Frames of generators and of what runs later.
    ("{{ ([1] | select).gi_frame }}", FINDING),
    ("{{ ([1] | map('upper')).gi_frame.f_globals }}", FINDING),
    ("{{ ([1] | map('upper')).gi_code }}", FINDING),
    ("{{ ([1] | map('upper')).send(none) }}", FINDING),
    ("{{ ([1] | map('upper')).ag_frame }}", FINDING),
    ("{{ ([1] | map('upper')).cr_frame }}", FINDING),
    ("{{ MODEL.__aiter__() }}", FINDING),
    ("{{ await(MODEL) }}", FINDING),
    # Files outside, and what is not part of the language.
    ("{% include '/etc/hostname' %}", FINDING),
    ("{% include 'CANARY' %}", FINDING),
    ("{% include '../pyproject.toml' %}", FINDING),
    ("{% import 'art/../../build.py' as x %}", FINDING),
    ("{% import 'CANARY' as x %}", FINDING),
    ("{% from 'CANARY' import x %}", FINDING),
    ("{% extends 'CANARY' %}", FINDING),
    ("{% include ['CANARY', '../build.py'] %}", FINDING),
    ("{% include 'CANARY' ignore missing %}nothing", "nothing"),
    ("{% include MODEL %}", FINDING),
    ("{% include ('a' ~ '\\x00') %}", FINDING),
    ("{% debug %}", FINDING),
    ("{% do [].append(1) %}", FINDING),
    ("{% trans %}x{% endtrans %}", FINDING),
    ("{% for a in (1,) %}" * 30 + "{% endfor %}" * 30, FINDING),
    ("{{ " + "(" * 4000 + "1" + ")" * 4000 + " }}", FINDING),
)

OF_A_PART: Sequence[tuple[str, str | None]] = (
    ("{{ handout.mapped(label) }}", FINDING),
    ("{{ handout.saying({}) }}", FINDING),
    ("{{ handout.review.written.__class__ }}", FINDING),
    ("{{ handout.review.written.strftime('%Y') }}", FINDING),
    ("{{ handout.body.__class__ }}", FINDING),
    ("{{ clinic.__dataclass_fields__ }}", FINDING),
    ("{{ clinic.__dict__ }}", FINDING),
    ("{{ clinic.slots.__class__ }}", FINDING),
    ("{{ edition.suits('leaflet') }}", FINDING),
    ("{{ label('version').format.__wrapped__ }}", FINDING),
    ("{{ use_icon('CANARY_STEM') }}", FINDING),
    ("{{ use_icon('../../tests/x') }}", FINDING),
    ("{{ use_art('../../content/figures/wave') }}", FINDING),
    ("{{ use_art('leaf_key', c=handout) }}", FINDING),
    ("{{ figure('../x', none) }}", FINDING),
    ("{{ reach_of.func.__globals__ }}", FINDING),
    ("{{ slot_url.__globals__ }}", FINDING),
    ("{{ support_lines(handout) }}", FINDING),
    ("{{ handout | citation }}", FINDING),
    ("{{ 'x' | t(bind_end=handout.__class__) }}", FINDING),
    ("{{ edition.css_tokens.get('bleed', 'none') }}", "none"),
)

OF_A_DRAWING: Sequence[tuple[str, str | None]] = (
    ("{{ c.__class__.__mro__ }}", FINDING),
    ("{{ c.update(ink='x') }}", FINDING),
    ("{{ c.clear() }}", FINDING),
    ("{{ geometry.__class__ }}", FINDING),
    ("{{ geometry.sin.__globals__ }}", FINDING),
    ("{{ geometry.sin.__closure__ }}", FINDING),
    ("{{ geometry.sin('a') }}", FINDING),
    ("{{ words.leaves.append(1) }}", FINDING),
    ("{{ words.labels.__class__ }}", FINDING),
    ("{{ geometry.sin(90) }}", "1.0"),
)

# -- what is watched while a template runs -------------------------------------------------------

_RUNS = re.compile(r"os\.(system|exec|fork|posix_spawn|spawn|startfile|remove|rename|mkdir|rmdir|link|symlink)|"
                   r"subprocess\.|pickle\.|socket\.|ctypes\.|shutil\.|webbrowser\.|pty\.|import")  # fmt: skip


@dataclass
class _Watch:
    """What Python's own audit tells of, between the start and the end of one trick."""

    events: list[tuple[str, Any]] | None = None

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.events is not None and (event == "open" or _RUNS.match(event)):
            self.events.append((event, arguments))


_watch = _Watch()
sys.addaudithook(_watch)


class Place(NamedTuple):
    """Where tricks are tried: a file that nobody may read, a file that nobody may make."""

    canary: Path
    made: Path

    def filled(self, template: str, model: str, function: str) -> str:
        """Put the names of this place into a trick."""
        pickle = f"\"cos\\nsystem\\n(S'touch {self.made}'\\ntR.\""
        return (
            template.replace("MODEL", model)
            .replace("FUNCTION", function)
            .replace("PICKLE", pickle)
            .replace("CANARY_STEM", str(self.canary.with_suffix("")))
            .replace("CANARY", str(self.canary))
            .replace("MADE", str(self.made))
        )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    canary = tmp_path / "canary.svg"
    canary.write_text("the words of the canary", "utf-8")
    return Place(canary, tmp_path / "made")


@pytest.fixture
def watched() -> Iterator[list[tuple[str, Any]]]:
    _watch.events = []
    yield _watch.events
    _watch.events = None


@pytest.fixture(scope="module")
def sampler(repository: Repository) -> Sampler:
    return Sampler(repository)


@pytest.fixture(scope="module")
def handout(sampler: Sampler) -> Handout:
    return sampler.handout([{"figure": "wave"}, {"help_when": "default"}, "resources"])


@pytest.fixture(scope="module")
def us(pipeline: Pipeline, sampler: Sampler, handout: Handout) -> Composer:
    """A composer that keeps no compiled templates: what is written is then a trick's. All that it imports late is there."""
    plain = composer_of(pipeline, "letter", "calm", "us", "en")
    composer = Composer(replace(plain.design, compiled=None), plain.locale, plain.region)
    sampler.compose(handout, composer)
    with pytest.raises(UndefinedError):
        composer.templates.environment.from_string("{{ nobody }}").render()
    return composer


def _held(
    template: str, expected: str | None, composed: Any, place: Place, watched: list[tuple[str, Any]]
) -> None:
    """Compose what holds a trick; whatever comes of it, nothing ran, and nothing was read or written."""
    said = None
    try:
        said = composed()
    except DesignError as stopped:
        codes = {finding.code for finding in stopped.findings}
        assert codes <= {"compose.template", "compose.missing-template", "compose.missing-icon"}, codes
    events = list(watched)
    assert not place.made.exists()
    assert [event for event in events if event[0] != "open"] == [], "something ran"
    opened = [str(arguments[0]) for event, arguments in events if event == "open"]
    strange = [name for name in opened if not (ROOT / name).resolve().is_relative_to(ROOT)]
    assert strange == [], "something outside was opened"
    assert not [arguments for event, arguments in events if event == "open" and "w" in str(arguments[1])]
    if expected is None:
        assert said is None, f"{template} gave {said}"
    else:
        assert said == expected


@pytest.mark.parametrize(("template", "expected"), [*TRICKS, *OF_A_PART])
def test_a_clinics_part_gets_no_further(
    template: str,
    expected: str | None,
    us: Composer,
    handout: Handout,
    sampler: Sampler,
    place: Place,
    watched: list[tuple[str, Any]],
) -> None:
    text = (us.design.templates / "parts/colophon.html.j2").read_text("utf-8")
    trick = place.filled(template, "handout", "label")
    part = Source("content/brands/lark/templates/parts/colophon.html.j2", f"<p>[{trick}]</p>\n{text}")
    composer = Composer(
        us.design, us.locale, us.region, own=replace(us.own, parts={"parts/colophon.html.j2": part})
    )
    watched.clear()

    def composed() -> str:
        return html.unescape(re.search(r"<p>\[(.*?)\]</p>", sampler.compose(handout, composer), re.DOTALL)[1])  # type: ignore[index]

    _held(template, expected, composed, place, watched)


@pytest.mark.parametrize(("template", "expected"), [*TRICKS, *OF_A_DRAWING])
def test_a_drawing_gets_no_further(
    template: str,
    expected: str | None,
    us: Composer,
    handout: Handout,
    repository: Repository,
    place: Place,
    watched: list[tuple[str, Any]],
) -> None:
    """Figures lie in the content folder, so their templates are of strangers, too."""
    trick = place.filled(template, "words", "geometry.sin")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>{{{{ alt }}}}</title><text>[{trick}]</text></svg>'
    drawing = Drawing(svg, repository.drawing("wave").words)
    watched.clear()

    def composed() -> str:
        page = us.handout(handout, repository.evidence, {"wave": drawing})
        return html.unescape(re.search(r"<text>\[(.*?)\]</text>", page, re.DOTALL)[1])  # type: ignore[index]

    _held(template, expected, composed, place, watched)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% include '/etc/passwd' %}", 'there is no template "/etc/passwd"'),
        ("{% import '../x' as x %}", 'there is no template "../x"'),
        ("{{ use_art('../x') }}", 'there is no template "art/../x.svg.j2"'),
        ("{{ use_icon('../x') }}", 'there is no icon "../x"'),
        ("{{ slot_url('../../x') }}", 'slot_url does not accept "../../x"'),
        ("{{ figure('x', none) }}", 'figure does not accept "x", none'),
        ("{{ label(1) }}", "label does not accept 1"),
        ("{{ reach_of(handout) }}", "reach_of does not accept Handout"),
        ("{{ label | string }}", 'a template may not print "method", which is no text'),
    ],
)
def test_a_finding_names_the_part_and_says_in_words_what_is_wrong(
    template: str, said: str, us: Composer, handout: Handout, sampler: Sampler
) -> None:
    text = (us.design.templates / "parts/colophon.html.j2").read_text("utf-8")
    name = "content/brands/lark/templates/parts/colophon.html.j2"
    own = replace(us.own, parts={"parts/colophon.html.j2": Source(name, f"\n<p>{template}</p>\n{text}")})
    with pytest.raises(DesignError) as stopped:
        sampler.compose(handout, Composer(us.design, us.locale, us.region, own=own))
    (finding,) = stopped.value.findings
    assert (finding.where, finding.message) == (f"{name}:2", said)


def test_a_finding_names_the_figure_that_includes_another_file(
    us: Composer, handout: Handout, repository
) -> None:
    drawing = Drawing("{% include '/etc/passwd' %}", repository.drawing("wave").words)
    with pytest.raises(DesignError) as stopped:
        us.handout(handout, repository.evidence, {"wave": drawing})
    (finding,) = stopped.value.findings
    assert finding.where == "content/figures/wave.svg.j2:1"
    assert finding.message == 'there is no template "/etc/passwd"'


def test_what_another_sandbox_compiled_is_not_run(tmp_path: Path) -> None:
    """An earlier version of this program let templates print anything; what it compiled is still in the folder."""
    name, text = "x.html.j2", "{{ label }}"
    (tmp_path / name).write_text(text)
    earlier = SandboxedEnvironment(
        loader=FileSystemLoader(tmp_path), bytecode_cache=FileSystemBytecodeCache(str(tmp_path))
    )
    assert "function" in earlier.get_template(name).render(label=offered(lambda: ""))
    with pytest.raises(DesignError):
        Templates(tmp_path, tmp_path, {}, {}).render(name, {"label": offered(lambda: "")})


def test_the_watch_sees_what_it_is_there_for(place: Place, watched: list[tuple[str, Any]]) -> None:
    place.canary.read_text("utf-8")
    assert [event for event, arguments in watched if str(arguments[0]) == str(place.canary)] == ["open"]


# -- what is within reach ------------------------------------------------------------------------


def test_of_our_own_models_only_fields_and_our_own_properties_are_within_reach() -> None:
    reach = attributes(Handout)
    assert {"title", "body", "cites", "block_kinds"} <= reach
    assert not {"mapped", "saying", "parse_raw", "model_dump", "model_extra", "model_fields_set"} & reach
    assert not [name for name in reach if name.startswith("_")]
    assert attributes(dict) == {"get", "items"}
    for kind in (object, type, bytes, set, type(iter([])), type(lambda: 0), Path, Composer):
        assert attributes(kind) == frozenset(), kind


def test_a_template_calls_only_what_is_offered() -> None:
    sandbox = Sandbox()

    def kept() -> str:
        return "kept"

    @offered
    def told() -> str:
        return "told"

    assert sandbox.from_string("{{ f() }}").render(f=told) == "told"
    for value in (kept, len, print, Path, Handout, "x".upper, {}.update):
        with pytest.raises(SecurityError):
            sandbox.from_string("{{ f() }}").render(f=value)


def test_a_template_may_ask_a_thing_what_its_type_allows_and_no_more() -> None:
    """Each time, and whatever was asked of other types before."""
    sandbox = Sandbox()
    add = sandbox.from_string("{{ found.append('word') }}|{{ found.count('word') }}")
    for _ in range(2):
        for found in ([], {}, Path()):
            with pytest.raises((SecurityError, UndefinedError)):
                add.render(found=found)
        assert sandbox.from_string("{{ found.append }}").render(found={"append": "its own"}) == "its own"
