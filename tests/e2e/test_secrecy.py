"""Nothing hidden reaches a player or an observer: every message, view, Home and export of a whole game is searched.

Texts are recognised by runs of words, so that wrapping, escaping or cutting them hides nothing from the search.
"""

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import pytest

from tests.content import shipped_library
from tests.e2e.evening import UNINVITED, Evening, Secrets
from warroom.core.scenario import Inject
from warroom.demo.cast import DUNGEON_MASTER
from warroom.workspace import Exchange

BACK = "exercise-gd-1-backchannel"
PAGES = ("message", "message_changed", "message_deleted", "channel", "home", "view_opened", "notice")


def always_hidden(evening: Evening) -> list[str]:
    """What no player may ever read: notes, and what was never played."""
    scenario = evening.scenario
    unplayed = [text for each in scenario.injects if each.id in evening.unplayed for text in contents(each)]
    return [scenario.hidden_notes, *(each.notes for each in scenario.injects), *unplayed]


def contents(inject: Inject) -> list[str]:
    return [inject.title, inject.what.words(), *([inject.incident.title] if inject.incident else [])]


def known(evening: Evening) -> list[str]:
    """What players may read whenever they like: the briefing, and every runbook."""
    library = shipped_library()
    walks = [json.dumps(repr(each), ensure_ascii=False) for each in library.runbooks.values()]
    return [evening.scenario.title, evening.scenario.summary, evening.scenario.briefing, *walks]


@pytest.fixture(scope="module")
def never(evening: Evening) -> Secrets:
    played = [text for each in evening.scenario.injects if each.id not in evening.unplayed for text in contents(each)]
    return Secrets.of(always_hidden(evening), [*known(evening), *played])


def leaks(secrets: Secrets, shown: Iterable[tuple[str, Any]]) -> dict[str, list[str]]:
    """Where secrets were found, and which."""
    found = ((where, secrets.found_in(value)) for where, value in shown)
    return {where: sorted(" ".join(each) for each in phrases)[:3] for where, phrases in found if phrases}


def test_the_search_finds_what_is_hidden_where_it_belongs(evening: Evening, never: Secrets) -> None:
    """The dungeon master's panel shows the notes and what is to come: the search would find them anywhere."""
    shown = [each.shown for each in evening.by(DUNGEON_MASTER)]
    found = set().union(*(never.found_in(each) for each in shown))
    assert never.wanted, "there is nothing to search for"
    for text in (evening.scenario.hidden_notes, *(each.notes for each in evening.scenario.injects if each.timing.at)):
        sought = Secrets.of([text], []).wanted & never.wanted
        assert sought & found, f"the panel never showed: {text[:60]}"


def test_nothing_hidden_was_ever_shown_to_those_who_play_or_watch(evening: Evening, never: Secrets) -> None:
    """No message, edit, whisper, modal, Home or report that a player or observer was shown held anything hidden."""
    kinds = {each.what for each in evening.by(*UNINVITED)}
    assert {"message", "message_changed", "view_opened", "home"} <= kinds, "something was not looked at"
    assert leaks(never, ((f"{each.who}: {each.what}", each.shown) for each in evening.by(*UNINVITED))) == {}


def test_nothing_hidden_stands_where_a_player_can_look_it_up(evening: Evening, never: Secrets) -> None:
    """Whatever channel a player or observer opens at the end, nothing hidden stands in it or in its threads."""
    channels = {each: name for name, each in evening.channels.items()}
    seen = [((who, channel), messages) for (who, channel), messages in evening.history.items() if who in UNINVITED]
    assert len({channel for (_, channel), _ in seen}) >= 4
    assert leaks(never, ((f"{who} in {channels[channel]}", messages) for (who, channel), messages in seen)) == {}


def test_the_backchannel_is_seen_by_the_dungeon_master_alone(evening: Evening) -> None:
    """Nobody else's page knows the backchannel, by its id or by its name."""
    assert (DUNGEON_MASTER, evening.channels[BACK]) in evening.history
    assert not [who for who, channel in evening.history if channel == evening.channels[BACK] and who in UNINVITED]
    pages = [each for each in evening.by(*UNINVITED) if each.what in PAGES]
    assert not [each for each in pages if evening.channels[BACK] in json.dumps(each.shown)]


def test_the_files_handed_over_hold_nothing_hidden(evening: Evening, never: Secrets) -> None:
    """The report that players are given after the game is whole, and free of notes and of what was not played."""
    assert sorted(evening.handed_over) == ["exercise-gd-1.json", "exercise-gd-1.md"]
    read = {name: json.loads(text) if name.endswith(".json") else text for name, text in evening.handed_over.items()}
    assert leaks(never, read.items()) == {}


def test_nothing_hidden_crosses_the_wire_but_for_the_backchannel(evening: Evening, never: Secrets) -> None:
    """Of all that the bot sends to Slack, only what goes to the backchannel holds anything hidden."""
    sent = [each for each in evening.wire if each.direction == "in" and each.kind in ("call", "response_url")]
    elsewhere = [each for each in sent if not is_for_the_dungeon_master(evening, each)]
    assert len(elsewhere) > 100
    assert len(elsewhere) < len(sent)
    shown = ((f"{each.n} {each.method}", [each.request, each.response]) for each in elsewhere)
    assert leaks(never, shown) == {}


def is_for_the_dungeon_master(evening: Evening, each: Exchange) -> bool:
    """Views are told apart by whose page they open on, which the streams of the others show."""
    asked = each.request if isinstance(each.request, dict) else {}
    return evening.channels[BACK] in (asked.get("channel"), asked.get("channel_id")) or each.method == "views.open"


def test_nothing_is_shown_before_its_time(evening: Evening) -> None:
    """At every moment of the game, players and observers had seen nothing of an inject that was not played yet."""
    assert [played for played in evening.played if 0 < len(played) < len(evening.played[-1])]
    for line, seen in groupby(evening.by(*UNINVITED), key=lambda each: each.before_line):
        coming = coming_after(evening, evening.played[min(line, len(evening.played) - 1)])
        assert leaks(coming, ((f"line {line}, {each.who}: {each.what}", each.shown) for each in seen)) == {}


def coming_after(evening: Evening, played: frozenset[str]) -> Secrets:
    injects = evening.scenario.injects
    still = [text for each in injects if each.id not in played for text in contents(each)]
    return Secrets.of(
        still, [*known(evening), *(text for each in injects if each.id in played for text in contents(each))]
    )


def test_expectations_are_not_told_while_the_game_goes_on(evening: Evening) -> None:
    """What is expected, and whether it was met, is for the report: nobody reads it before the game is over."""
    expected = Secrets.of([each.what for each in evening.scenario.expectations], known(evening))
    over = next(each.before_line for each in evening.seen if "The exercise is over" in json.dumps(each.shown))
    during = [each for each in evening.by(*UNINVITED) if each.before_line < over]
    assert leaks(expected, ((f"{each.who}: {each.what}", each.shown) for each in during)) == {}
    assert leaks(expected, evening.handed_over.items()), "the report tells what was expected"
