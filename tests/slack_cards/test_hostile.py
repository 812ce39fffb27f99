"""Whatever a scenario, an alert or a person writes: no ping, no link, no broken limit, and always the mark."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.slack_cards.fakes import FEW, HOSTILE, LONG, MANY, anything
from tests.slack_cards.oracles import check_home, check_message, check_modal, strings
from warroom.core.effects import Say
from warroom.core.panelview import PanelView
from warroom.core.runview import RunView
from warroom.core.scenario import Scenario
from warroom.core.views import Mark, StatusView
from warroom.core.words import Word, Words
from warroom.slack import cards, modals
from warroom.slack.cards import Message

ROOM = 2**40
CHANNELS = {"war-room": "C0WAR"}
ANY = st.one_of(HOSTILE, LONG)

# Short texts alone, too: of those many fit. `make test-long` tries ten times as many.
HOW_MANY = pytest.mark.parametrize("examples", [15, pytest.param(500, marks=pytest.mark.long)])


def views(kind: Any) -> st.SearchStrategy[Any]:
    """Values of this type, with short texts or with texts of any length."""
    return st.one_of(anything(kind, text=HOSTILE), anything(kind, text=ANY))


DATE = r"<!date\^\d+\^[ a-z{}_]+\|[0-9A-Za-z: -]+>"
LINK = r"<https?://[^<>|\s]+\|[a-z0-9.:_-]+>"
REFERENCE = re.compile(rf"{DATE}|{LINK}|<@[UW][A-Z0-9]+>|<#[CGD][A-Z0-9]+>")
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def check_safe(value: Any, *, links: bool = False) -> None:
    """Fails when something is a ping, a link or an unseen character that no reference of ours has put there."""
    for text in strings(value):
        assert not UNSEEN.search(text), repr(text)
        assert not re.search(r"@(here|channel|everyone)", _parsed(text), re.IGNORECASE), text
        left = REFERENCE.sub("", text)
        assert not re.search(r"<[!@#a-z]", left, re.IGNORECASE), text
        assert links or not re.search(LINK, text), text


def _parsed(text: str) -> str:
    """What a client may look for names in: not the value of a button, not the commands in a code block."""
    return "" if text.startswith('{"r":') else re.sub("^```.*```$", "", text, flags=re.DOTALL)


def check_marked(message: Message, mark: Mark) -> None:
    word = "EXERCISE" if mark.drill else "REAL INCIDENT"
    first = json.dumps(message.blocks[0], ensure_ascii=False)
    assert message.text.startswith(f"🎲 {word}" if mark.drill else f"🔴 {word}")
    assert word in first
    assert message.blocks[0]["type"] == ("context" if mark.drill else "section")


def check(message: Message, mark: Mark, *, links: bool = False) -> None:
    check_message(message)
    check_marked(message, mark)
    check_safe([message.text, message.blocks, message.username, message.icon], links=links)


@HOW_MANY
def test_a_status_card_is_safe_whatever_it_is_given(examples: int) -> None:
    """No text in any field of the status view pings, links, breaks a limit or hides the mark."""

    @settings(MANY, max_examples=examples)
    @given(views(StatusView))
    def law(view: StatusView) -> None:
        check(cards.status_card(view, ROOM), view.mark)

    law()


@HOW_MANY
def test_a_run_card_is_safe_whatever_it_is_given(examples: int) -> None:
    """No text in any field of the run view pings, links, breaks a limit or hides the mark."""

    @settings(MANY, max_examples=examples)
    @given(views(RunView))
    def law(view: RunView) -> None:
        check(cards.run_card(view, ROOM), view.mark)

    law()


@HOW_MANY
def test_a_panel_is_safe_whatever_it_is_given(examples: int) -> None:
    """No text in any field of the panel's view pings, links, breaks a limit or hides the mark."""

    @settings(MANY, max_examples=examples)
    @given(views(PanelView))
    def law(view: PanelView) -> None:
        check(cards.panel_card(view, ROOM), view.mark)

    law()


@HOW_MANY
def test_a_notice_is_safe_whatever_it_is_given(examples: int) -> None:
    """No text in a title, body, voice or button pings, links, breaks a limit or hides the mark."""

    @settings(MANY, max_examples=examples)
    @given(views(Say), views(Words), views(Mark))
    def law(say: Say, body: Words, mark: Mark) -> None:
        shown = replace(mark, drill=False) if say.real else mark  # what is real is never marked as an exercise
        check(cards.notice(replace(say, body=body), mark, ROOM, CHANNELS), shown)

    law()


@FEW
@given(anything(tuple[Word, ...], text=ANY))
def test_a_refusal_is_safe_whatever_it_is_given(words: Words) -> None:
    """A refusal quotes what was typed and what is in the room, as text."""
    told = cards.refusal(words, CHANNELS)
    check_message(cards.plainly(told))
    check_safe(told)


@FEW
@given(anything(cards.HomeView, text=ANY, most=60))
def test_a_home_is_safe_whatever_it_is_given(view: cards.HomeView) -> None:
    """The home of somebody with sixty rooms and sixty scenarios is one that Slack takes."""
    home = cards.home(view)
    check_home(home)
    check_safe(home)


@FEW
@given(anything(Mark, text=ANY), ANY, st.lists(st.tuples(ANY, ANY), max_size=5))
def test_a_modal_is_safe_whatever_it_is_given(mark: Mark, text: str, named: list[tuple[str, str]]) -> None:
    """Titles, actors and services from outside are text in modals, too."""
    said = {"incident": text[:200]}
    made = [
        modals.skip_step(mark, ROOM, said, text),
        modals.skip_inject(mark, ROOM, said, text),
        modals.speak(mark, ROOM, said, named),
        modals.post_update(mark, ROOM, said),
        modals.resolve(mark, ROOM, said, text),
        modals.reopen(mark, ROOM, said, text),
        modals.end_game(mark, ROOM, said),
        modals.declare(named, origin="C1"),
        modals.start_game([Scenario(id=id, title=title, summary=text, briefing="", injects=()) for id, title in named]),
    ]
    for view in made:
        check_modal(view)
        check_safe([view["title"], [{**each, "element": None} for each in view["blocks"]]])


URL = st.one_of(
    HOSTILE,
    st.builds(lambda host, path: f"https://{host}/{path}", st.sampled_from(("a.example", "x|y", "é.example")), HOSTILE),
    st.sampled_from(("javascript:alert(1)", "https://good.example@evil.example/", "http://[::1", "slack://channel")),
)


@FEW
@given(anything(StatusView), URL)
def test_an_alert_links_only_where_it_says(view: StatusView, url: str) -> None:
    """The link of an alert is http(s), and its label is the host it leads to."""
    view = replace(view, alerts=tuple(replace(each, link=url, firing=True) for each in view.alerts))
    message = cards.status_card(view, ROOM)
    check(message, view.mark, links=True)
    for found in re.finditer(r"<(https?)://(?:[^/@|]*@)?([^/:?#|]+)[^|]*\|([^>]+)>", " ".join(strings(message.blocks))):
        assert found[3].startswith(found[2].lower())
