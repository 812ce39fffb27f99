"""The judge lets a good day pass, and finds every kind of damage in it.

The evidence is of a real, simulated day. Each case damages a copy of it in one way and names what must then be violated.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.reliability.evidence import Broken, Evidence, Kept, Message, Owed, Sent, Timeline
from tests.reliability.invariants import check
from tests.simulation.database import Store
from tests.simulation.day import library, play
from tests.simulation.plan import Act, Plan
from warroom.core.events import EmergencyCalled, Entry

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")  # of processes that have died
GOOD = Plan(
    seed=8,
    lasts=130.0,
    acts=(
        Act(1.0, "start", "U0HARRIET", 0.1),
        Act(16.0, "word", "U0ANA", 0.4, text="command"),
        Act(18.0, "word", "U0ANA", 0.4, text="walk sold-out"),
        Act(22.0, "note", "U0ANA", 0.4),
        Act(26.0, "press", "U0ANA", 0.9, text="Done"),
        Act(30.0, "press", "U0ANA", 0.9, text="The left one"),
    ),
)


@pytest.fixture(scope="module")
def good() -> Evidence:
    """What a day without trouble leaves."""
    held: list[Evidence] = []
    store = Store()
    played = play(GOOD, store, library(), keep=held.append)
    store.close()
    assert not played.failed, played.violations
    return held[0]


def test_a_good_day_passes(good: Evidence) -> None:
    """Nothing is violated, and there was something to judge: entries, messages, a walk, timers, a fault."""
    verdict = check(good)
    assert [str(each) for each in verdict.violations] == []
    assert verdict.said.ok > 8
    assert verdict.timers > 3
    kinds = {each.type for timeline in good.kept.timelines for each in timeline.stored}
    assert {"StepDone", "FaultInjected", "FaultRolledBack", "InjectPlayed", "ExpectationMet"} <= kinds


# --- damage


def timeline(change: Callable[[Timeline], Timeline]) -> Callable[[Evidence], Evidence]:
    def damage(good: Evidence) -> Evidence:
        first, *rest = good.kept.timelines
        return replace(good, kept=replace(good.kept, timelines=(change(first), *rest)))

    return damage


def without_entry(good: Timeline) -> Timeline:
    return replace(good, stored=(*good.stored[:5], *good.stored[6:]))


def edited_entry(good: Timeline) -> Timeline:
    changed = replace(good.stored[5], by="U0CARL")
    return replace(good, stored=(*good.stored[:5], changed, *good.stored[6:]))


def cut_off(good: Timeline) -> Timeline:
    return replace(good, stored=good.stored[:-1], row=replace(good.row, seq=good.row.seq - 1))


def forged_text(good: Timeline) -> Timeline:
    place = next(at for at, each in enumerate(good.stored) if each.texts)
    texts = (replace(good.stored[place].texts[0], text="forged"), *good.stored[place].texts[1:])
    changed = replace(good.stored[place], texts=texts)
    return replace(good, stored=(*good.stored[:place], changed, *good.stored[place + 1 :]))


def twice(kind: str) -> Callable[[Timeline], Timeline]:
    def change(good: Timeline) -> Timeline:
        found = next(each for each in good.entries if type(each.event).__name__ == kind)
        again = replace(found, seq=good.entries[-1].seq + 1, at=good.entries[-1].at + timedelta(seconds=1))
        return replace(good, entries=(*good.entries, again))

    return change


def moved(kind: str, by: timedelta) -> Callable[[Timeline], Timeline]:
    """All entries from the first of this kind on happen earlier or later."""

    def change(good: Timeline) -> Timeline:
        first = next(at for at, each in enumerate(good.entries) if type(each.event).__name__ == kind)
        later = (replace(each, at=each.at + by) for each in good.entries[first:])
        return replace(good, entries=(*good.entries[:first], *later))

    return change


def halted(good: Timeline) -> Timeline:
    """NO DUFF is called right after something was broken, and nothing follows."""
    place = next(at for at, each in enumerate(good.entries) if type(each.event).__name__ == "FaultInjected")
    before = good.entries[place]
    called = Entry(
        seq=before.seq + 1, at=before.at + timedelta(seconds=1), by="U0ANA", event=EmergencyCalled(words="", place="")
    )
    return replace(good, entries=(*good.entries[: place + 1], called))


def away(good: Evidence) -> Evidence:
    """Nobody could work until then, so that nothing is late."""
    first = good.kept.timelines[0].entries
    return replace(good, idle=[(first[0].at, first[-1].at)])


def messages(change: Callable[[list[Message]], list[Message]]) -> Callable[[Evidence], Evidence]:
    return lambda good: replace(good, messages=tuple(change(list(good.messages))))


def said(good: list[Message]) -> int:
    """Where the first message of a room's own announcement is."""
    return next(at for at, each in enumerate(good) if each.effect_id and "bad news" in each.text)


def lost(good: list[Message]) -> list[Message]:
    del good[said(good)]
    return good


def doubled(good: list[Message]) -> list[Message]:
    twin = replace(good[said(good)], ts="1999999999.000001", at=good[-1].at)
    return [*good, twin]


def swept_late(good: list[Message]) -> list[Message]:
    first = good[said(good)]
    twin = replace(first, ts="1999999999.000001", promised=False, gone_at=first.at + timedelta(minutes=3))
    return [*good, twin]


def reordered(good: list[Message]) -> list[Message]:
    place = said(good)
    good[place] = replace(good[place], ts="1999999999.000001")
    return good


def unknown(good: list[Message]) -> list[Message]:
    stranger = json.dumps({"event_type": "warroom_outbox", "event_payload": {"id": "nobody"}})
    return [*good, replace(good[said(good)], ts="1999999999.000001", metadata=stranger)]


def unmarked(where: str) -> Callable[[list[Message]], list[Message]]:
    def change(good: list[Message]) -> list[Message]:
        place = said(good)
        good[place] = replace(good[place], **{where: getattr(good[place], where).replace("EXERCISE", "")})
        return good

    return change


def whispered(good: list[Message]) -> list[Message]:
    place = said(good)
    good[place] = replace(good[place], metadata=good[place].metadata.replace("warroom_outbox", "CANARY-FRIDAY"))
    return good


def stale_card(good: list[Message]) -> list[Message]:
    return [replace(each, text=f"{each.text} and more") for each in good]


def owed(change: Callable[[Owed], Owed]) -> Callable[[Evidence], Evidence]:
    def damage(good: Evidence) -> Evidence:
        place = next(at for at, each in enumerate(good.kept.owed) if each.type == "Say")
        changed = change(good.kept.owed[place])
        return replace(
            good, kept=replace(good.kept, owed=(*good.kept.owed[:place], changed, *good.kept.owed[place + 1 :]))
        )

    return damage


def kept(**change: Any) -> Callable[[Evidence], Evidence]:
    return lambda good: replace(good, kept=replace(good.kept, **change))


NEVER = Sent(kind="command", mark="m9999q", entry="NoteTaken", acknowledged=True)
DAMAGE: dict[str, tuple[str, Callable[[Evidence], Evidence]]] = {
    "something acknowledged is nowhere": ("I1", lambda good: replace(good, sent=(*good.sent, NEVER))),
    "something that nobody heard was never found": (
        "I1", lambda good: replace(good, sent=(*good.sent, replace(NEVER, acknowledged=False, unheard=True))),
    ),
    "something was acknowledged before it was kept": (
        "I1", lambda good: replace(good, sent=(replace(good.sent[0], hasty=True), *good.sent[1:])),
    ),
    "an event was kept and never taken up": ("I1", kept(inbox={"event:Ev1": "kept"})),
    "an entry is missing": ("I2", timeline(without_entry)),
    "a lane lost an effect": ("I2", lambda good: replace(good, kept=replace(good.kept, owed=good.kept.owed[1:]))),
    "an entry was changed": ("I3", timeline(edited_entry)),
    "the last entry was cut off": ("I3", timeline(cut_off)),
    "a typed text was changed": ("I3", timeline(forged_text)),
    "an announcement is missing": ("I4", messages(lost)),
    "an announcement is there twice": ("I4", messages(doubled)),
    "a twin was swept too late": ("I4", messages(swept_late)),
    "a message that nothing asked for": ("I4", messages(unknown)),
    "an announcement was never made": ("I4", owed(lambda each: replace(each, state="pending", outcome={}, effect_id="gone"))),
    "an announcement was given up silently": ("I4", owed(lambda each: replace(each, state="failed", effect_id="gone"))),
    "announcements stand in another order": ("I5", messages(reordered)),
    "an inject was played too early": ("I6", timeline(moved("InjectPlayed", -timedelta(seconds=9)))),
    "an inject was played too late": ("I6", timeline(moved("InjectPlayed", timedelta(minutes=2)))),
    "an inject that was missed was played at once": (
        "I6", lambda good: away(timeline(moved("InjectPlayed", timedelta(minutes=3)))(good)),
    ),
    "the last entry is of the future": (
        "I6", lambda good: replace(good, ended_at=good.kept.timelines[0].entries[-1].at - timedelta(minutes=2)),
    ),
    "a timer fired twice": ("I6", timeline(twice("ExpectationArmed"))),
    "a step was done twice": ("I7", timeline(twice("StepDone"))),
    "something is still broken": (
        "I8",
        lambda good: replace(good, broken=(Broken(target="shop/stock", injected=1, undone=0, broken=True),)),
    ),
    "a real call leaves something broken": ("I8", timeline(halted)),
    "a pager was reached": ("I9", lambda good: replace(good, outlets={"pager": 1})),
    "the text does not say that it is an exercise": ("I9", messages(unmarked("text"))),
    "the blocks do not say that it is an exercise": ("I9", messages(unmarked("blocks"))),
    "a hidden note is in the metadata": ("I10", messages(whispered)),
    "a hidden note is in the log": ("I10", lambda good: replace(good, logs="CANARY-FRIDAY-NOTES")),
    "a hidden note is in a player's export": ("I10", lambda good: replace(good, exports={"gd-1.md": "CANARY-FRIDAY"})),
    "an export changed with a restart": ("I11", lambda good: replace(good, exported_twice=(("gd-1.md", "a", "b"),))),
    "the past can be changed": ("I12", kept(broken_by=("DELETE FROM entries",))),
    "a process remembers another room": (
        "fold",
        lambda good: replace(good, remembered=(("p0", good.kept.timelines[0].row.id, replace(good.remembered[0][2], title="?")),)),
    ),
    "a card does not show the room": ("cards", messages(stale_card)),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(name: str, good: Evidence) -> None:
    """Each kind of damage violates the invariant that it is about."""
    invariant, damage = DAMAGE[name]
    assert invariant in {each.invariant for each in check(damage(good)).violations}


def test_what_was_not_acknowledged_may_be_lost(good: Evidence) -> None:
    """Whoever was told nothing was promised nothing; if it is there all the same, it was recovered."""
    sent = replace(good, sent=(replace(NEVER, acknowledged=False), replace(good.sent[0], acknowledged=False)))
    verdict = check(sent)
    assert not verdict.violations
    assert (verdict.sent.lost, verdict.sent.recovered) == (0, 1)


def test_time_in_which_nobody_could_work_does_not_count(good: Evidence) -> None:
    """A timer that was late because no process ran is not late."""
    late = timeline(moved("InjectPlayed", timedelta(seconds=100)))(good)
    opened = good.kept.timelines[0].entries[0].at
    idle = ((opened, opened + timedelta(hours=1)),)
    assert any("late" in each.what for each in check(late).violations)
    assert not any("late" in each.what for each in check(replace(late, idle=idle)).violations)


def test_a_card_may_be_plain_where_slack_refused_its_blocks(good: Evidence) -> None:
    """A card whose blocks Slack would not take may stand without; no other, and not with another text."""
    card = good.kept.cards[0]

    def plain(words: str, *, refused: bool) -> Evidence:
        shown = (
            replace(each, text=each.text + words, blocks="[]", refused=refused) if each.ts == card.ts else each
            for each in good.messages
        )
        return replace(good, messages=tuple(shown))

    assert "cards" not in {each.invariant for each in check(plain("", refused=True)).violations}
    assert "cards" in {each.invariant for each in check(plain("", refused=False)).violations}
    assert "cards" in {each.invariant for each in check(plain(" and more", refused=True)).violations}


def test_a_digest_stands_for_several(good: Evidence) -> None:
    """Announcements that name one message are said by it, if it says how many it stands for; a wrong number is found."""
    says = [each for each in good.kept.owed if each.type == "Say" and each.lane.endswith("war-room")][:2]
    head, second = says
    gone = {second.effect_id}
    digest = json.dumps({"event_type": "warroom_outbox", "event_payload": {"id": head.effect_id, "count": 2}})

    def damaged(count: str) -> Evidence:
        there = tuple(
            replace(each, metadata=digest.replace('"count": 2', count)) if each.effect_id == head.effect_id else each
            for each in good.messages
            if each.effect_id not in gone
        )
        rows = tuple(replace(each, outcome=head.outcome) if each is second else each for each in good.kept.owed)
        return replace(good, messages=there, kept=replace(good.kept, owed=rows))

    assert not [each for each in check(damaged('"count": 2')).violations if each.invariant == "I4"]
    assert [each for each in check(damaged('"count": 3')).violations if each.invariant == "I4"]


def test_nothing_kept_is_nothing_wrong() -> None:
    """An empty database violates nothing."""
    assert check(Evidence(kept=Kept())).violations == ()
