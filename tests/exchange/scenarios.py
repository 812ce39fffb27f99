"""Random scenarios that say anything a scenario can say, with all references in place."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from tests.definitions.writing import TEXTS
from warroom.core.breakable import DRIVERS, MODES
from warroom.core.injects import AlertInject, Announce, Hint, InjectKind, Move, Sideline, Silent, Speak
from warroom.core.injects.hint import LADDER
from warroom.core.probes import Command, Dns, Http, Probe, Promql, Tcp
from warroom.core.probes.dns import RECORDS
from warroom.core.scenario import (
    SEVERITIES,
    Actor,
    Breakage,
    Ending,
    Environment,
    Expectation,
    FaultSpec,
    Inject,
    Mishap,
    MurphyRules,
    Scenario,
    SteadyState,
    StopCondition,
    Team,
)
from warroom.core.scenario.deck import MODES as MURPHY
from warroom.core.scenario.guards import REACTIONS
from warroom.core.storytime import Story
from warroom.core.when import CONDITIONS, MILESTONES, Condition, Conditions, Several, Timing

INJECTS, ACTORS, TEAMS, PLACES = ("a", "b-2", "c"), ("support", "x1"), ("data", "web-team"), ("staging", "production")
EXPECTED = ("seen", "done-2")
MISHAPS = ("m1", "m-two")

texts = TEXTS.map(lambda text: text.rstrip("\n"))
maybe = st.one_of(st.just(""), texts)
words = st.lists(texts, max_size=3).map(tuple)
lengths = st.one_of(st.sampled_from([0, 1, 59, 60, 3600, 5400, 86_400]), st.integers(0, 366 * 86_400)).map(
    lambda seconds: timedelta(seconds=seconds)
)
short = st.integers(1, 4000).map(lambda seconds: timedelta(seconds=seconds))
pairs = st.dictionaries(
    st.from_regex(r"[a-z_]{1,8}", fullmatch=True) | st.sampled_from(["yes", "1", "a b"]), texts, max_size=3
)
stories = st.sampled_from(["2012-10-21 09:00", "1999-12-31 23:59"])
addresses = st.sampled_from(["web/east", "http://127.0.0.1:8080/health", "db:5432"])

tcp = st.builds(Tcp, target=addresses, within=short)
http = st.builds(
    Http,
    target=addresses,
    within=short.filter(lambda each: each > timedelta(seconds=2)),
    status=st.integers(100, 599),
    contains=maybe,
    json=st.just("$.status"),
    equals=maybe,
    faster_than=st.none() | st.sampled_from([timedelta(milliseconds=800), timedelta(seconds=2)]),
    certificate_days=st.integers(0, 90),
)
dns = st.builds(Dns, name=texts, within=short, record=st.sampled_from(RECORDS), answers=words, server=maybe)
command = st.builds(
    Command,
    argv=st.lists(texts, min_size=1, max_size=3).map(tuple),
    within=short,
    status=st.integers(0, 255),
    contains=maybe,
)
promql = st.builds(Promql, target=addresses, within=short, query=texts, value=st.sampled_from(["", "< 0.05", "== 3"]))
silent_promql = st.builds(Promql, target=addresses, query=texts, none=st.just(True))
probes: st.SearchStrategy[Probe] = st.one_of(tcp, http, dns, command, promql, silent_promql)


@st.composite
def one_condition(draw: st.DrawFn) -> Condition:
    """Any word of the closed list, naming something that is there."""
    word = draw(st.sampled_from(sorted(CONDITIONS)))
    names = CONDITIONS[word][0]
    if word == "said":
        phrases = draw(st.lists(texts.map(lambda text: " ".join(text.split())).filter(bool), min_size=1, max_size=2))
        return Condition(word=word, ref="", phrases=tuple(phrases))
    if names == "":
        return Condition(word=word, ref="yes")
    ref = draw(
        {
            "inject": st.sampled_from(INJECTS),
            "incident": st.just("a"),
            "fault": st.just("a"),
            "expectation": st.sampled_from(EXPECTED),
            "step": st.just("some-book/some-step"),
        }.get(names, st.just("commander"))
    )
    also = {
        "severity_reached": st.sampled_from(SEVERITIES),
        "marked": st.sampled_from(MILESTONES),
        "answered": st.just("no"),
    }
    return Condition(word=word, ref=ref, also=draw(also[word]) if word in also else "")


several = st.builds(
    Several, word=st.sampled_from(["all", "any"]), parts=st.lists(one_condition(), min_size=1, max_size=3).map(tuple)
)
conditions: st.SearchStrategy[Conditions] = st.one_of(one_condition(), several)
timings = st.one_of(
    st.builds(Timing, at=lengths),
    st.builds(Timing, after=st.sampled_from(INJECTS), by=lengths),
    st.builds(Timing, when=conditions),
    st.just(Timing()),
)
kinds: st.SearchStrategy[InjectKind] = st.one_of(
    st.builds(Announce, text=texts),
    st.builds(Speak, actor=st.sampled_from(ACTORS), text=texts, role=maybe),
    st.builds(Hint, on=st.just("a"), level=st.sampled_from(LADDER), text=texts),
    st.builds(AlertInject, name=texts, summary=maybe, severity=maybe, labels=pairs, over=st.booleans()),
    st.just(Silent()),
    st.builds(Sideline, role=texts, lasts=lengths, text=texts),
    st.builds(Move, text=texts, story=st.just("") | stories),
)
breakages = st.builds(Breakage, title=texts, severity=st.sampled_from(SEVERITIES), services=words, failure_modes=words)


@st.composite
def faults(draw: st.DrawFn) -> FaultSpec:
    driver = draw(st.sampled_from(DRIVERS))
    return FaultSpec(target=draw(texts), mode=draw(st.sampled_from(MODES[driver])), driver=driver, lasts=draw(lengths))


to = st.lists(st.sampled_from(TEAMS), max_size=2).map(tuple)
places = st.lists(st.sampled_from(PLACES), max_size=2).map(tuple)
sometimes_breakages = st.none() | breakages


@st.composite
def injects(draw: st.DrawFn, id: str, *, timed: bool = True) -> Inject:
    what = draw(kinds)
    opens = id == "a" or not timed
    return Inject(
        id=id,
        title=draw(texts),
        timing=draw(timings) if timed else Timing(),
        what=what,
        incident=draw(breakages) if opens else draw(sometimes_breakages),
        fault=draw(faults()) if isinstance(what, Silent) or id == "a" else draw(st.none() | faults()),
        notes=draw(maybe),
        to=draw(to),
        hands_off=draw(lengths),
        environments=draw(places),
    )


others = st.lists(st.sampled_from([*INJECTS, *MISHAPS]), max_size=2).map(tuple)


@st.composite
def mishaps(draw: st.DrawFn, id: str) -> Mishap:
    return Mishap(
        inject=draw(injects(id, timed=False)),
        difficulty=draw(st.integers(1, 10)),
        needs=draw(others),
        excludes=draw(others),
        ambient=True,
    )


@st.composite
def expectations(draw: st.DrawFn, id: str, objectives: int) -> Expectation:
    by_machine = draw(st.booleans())
    return Expectation(
        id=id,
        what=draw(texts),
        after=draw(st.sampled_from(("", *INJECTS))),
        within=draw(lengths),
        met_by=draw(conditions) if by_machine else None,
        judged="" if by_machine else draw(texts),
        owner=draw(maybe),
        objective=draw(st.integers(0, objectives)),
    )


steady = st.lists(st.builds(SteadyState, id=st.just("s1"), what=texts, check=probes), max_size=1).map(tuple)
stop = st.builds(
    StopCondition,
    id=st.just("stop"),
    what=texts,
    check=probes,
    every=short,
    owner=maybe,
    then=st.sampled_from(REACTIONS),
)
stops = st.lists(stop, max_size=1).map(tuple)
endings = st.one_of(
    st.builds(Ending, at=lengths, by_itself=st.booleans()),
    st.builds(Ending, when=conditions, by_itself=st.booleans()),
)
ends = st.lists(endings, max_size=2).map(tuple)
actor = st.builds(Actor, name=texts, title=maybe, icon=st.just(":wave:") | maybe)
murphy = st.none() | st.builds(
    MurphyRules, mode=st.sampled_from(MURPHY), budget=st.integers(0, 99), most_open=st.integers(1, 5)
)
story = st.none() | st.builds(Story, starts=stories, pace=st.integers(1, 1440))


@st.composite
def scenarios(draw: st.DrawFn, *, around: bool = True) -> Scenario:
    """`around`: with all that stands around injects and expectations, too."""
    objectives = draw(words)
    inner = Scenario(
        id="random",
        title=draw(texts),
        briefing=draw(texts),
        objectives=objectives,
        actors={name: draw(actor) for name in ACTORS},
        injects=tuple(draw(injects(id)) for id in INJECTS),
        expectations=tuple(draw(expectations(id, len(objectives))) for id in EXPECTED),
        teams={name: Team(title=draw(texts)) for name in TEAMS},
        environments={name: Environment(title="Somewhere") for name in PLACES},
    )
    if not around:
        return inner
    return replace(
        inner,
        summary=draw(maybe),
        services=draw(words),
        length=draw(lengths),
        hidden_notes=draw(maybe),
        debrief=draw(words),
        story=draw(story),
        environments={
            PLACES[0]: Environment(title=draw(texts)),
            PLACES[1]: Environment(title=draw(texts), after=PLACES[0]),
        },
        steady_state=draw(steady),
        stops=draw(stops),
        endings=draw(ends),
        go=draw(words),
        deck=tuple(draw(mishaps(id)) for id in MISHAPS),
        murphy=draw(murphy),
    )
