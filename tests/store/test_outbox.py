"""The outbox: in order, by one at a time, nothing lost."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select, text, update

from tests.store.building import NOON, SECOND, new_room, roll_back, say, unhurried
from warroom.core.effects import Ask, Effect, FindRunbooks, SetTopic, ShowCard
from warroom.store import agenda, outbox, twins
from warroom.store.db import Database
from warroom.store.outbox import ACT, TALK, Claimed, Failure
from warroom.store.tables import lanes as lanes_table
from warroom.store.tables import outbox as outbox_table

LEASE = 30 * SECOND
CARD = ShowCard(place="war-room", card="status")


@pytest.fixture
def room(database: Database) -> int:
    return database.tx_sync(new_room).id


def claim(
    database: Database, now: datetime = NOON, limit: int = 9, kinds: tuple[str, ...] = (TALK, ACT)
) -> list[Claimed]:
    return database.tx_sync(outbox.claim, now, LEASE, limit, kinds)


def settle(database: Database, claimed: Claimed, now: datetime = NOON, pace: timedelta = 0 * SECOND) -> bool:
    return database.tx_sync(outbox.settle, claimed, now, outcome={"ts": "1.2"}, pace=pace)


def effects_of(claimed: list[Claimed]) -> list[Effect]:
    return [each.effect for each in claimed]


def test_through(database: Database, room: int) -> None:
    """An effect comes out as it went in, once, with an id that stays the same and gives nothing away."""
    assert database.tx_sync(outbox.put, room, [say("\x00\ud800")], NOON) == {f"{room}:talk:war-room"}
    (first,) = claim(database)
    assert (first.effect, first.attempts, first.room_id, first.number) == (say("\x00\ud800"), 1, room, 1)
    assert claim(database) == []
    assert settle(database, first)
    assert claim(database, NOON + LEASE) == []
    assert database.read_sync(outbox.pending) == 0
    assert first.effect_id.isalnum()


def test_outcome_is_kept(database: Database, room: int) -> None:
    """What came of an effect is kept with it."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    settle(database, claim(database)[0], NOON + SECOND)
    row = database.read_sync(lambda conn: conn.execute(select(outbox_table)).one())
    assert (row.state, json.loads(row.outcome), row.settled_at) == ("done", {"ts": "1.2"}, NOON + SECOND)


def test_order(database: Database, room: int) -> None:
    """A lane is done in the order it was filled in, over several transactions, one at a time."""
    database.tx_sync(outbox.put, room, [say("1"), say("2")], NOON)
    database.tx_sync(outbox.put, room, [say("3")], NOON)
    done = []
    while claimed := claim(database):
        assert len(claimed) == 1
        done += effects_of(claimed)
        settle(database, claimed[0])
    assert done == [say("1"), say("2"), say("3")]


def test_lanes_do_not_wait_for_each_other(database: Database, room: int) -> None:
    """Places, targets and rooms have lanes of their own."""
    other = database.tx_sync(new_room).id
    database.tx_sync(outbox.put, room, [say("a"), say("b", "backchannel"), roll_back("db"), roll_back("web")], NOON)
    database.tx_sync(outbox.put, other, [say("c")], NOON)
    assert len(claim(database)) == 5


def test_kinds(database: Database, room: int) -> None:
    """What acts can be claimed apart from what talks."""
    database.tx_sync(outbox.put, room, [say("a"), roll_back()], NOON)
    assert database.read_sync(agenda.next_time, ACT) == NOON
    assert effects_of(claim(database, kinds=(ACT,))) == [roll_back()]
    assert database.read_sync(agenda.next_time, ACT) == NOON + LEASE
    assert effects_of(claim(database, kinds=(TALK,))) == [say("a")]


def test_limit(database: Database, room: int) -> None:
    """No more is claimed than was asked for, and those that waited longest come first."""
    database.tx_sync(outbox.put, room, [roll_back("b")], NOON)
    database.tx_sync(outbox.put, room, [roll_back("a")], NOON + SECOND)
    assert effects_of(claim(database, NOON + SECOND, limit=1)) == [roll_back("b")]


def test_pace(database: Database, room: int) -> None:
    """After an effect its lane rests for as long as was said, even if something is added meanwhile."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    settle(database, claim(database)[0], pace=SECOND)
    database.tx_sync(outbox.put, room, [say("b")], NOON)
    assert claim(database) == []
    assert database.read_sync(agenda.next_time, "talk") == NOON + SECOND
    assert effects_of(claim(database, NOON + SECOND)) == [say("b")]


def test_put_back(database: Database, room: int) -> None:
    """What is put back is tried again when it was said, before anything else of its lane, and the attempts add up."""
    database.tx_sync(outbox.put, room, [say("a"), say("b")], NOON)
    (first,) = claim(database)
    assert database.tx_sync(outbox.put_back, first, NOON + SECOND, "429")
    assert claim(database) == []
    (again,) = claim(database, NOON + SECOND)
    assert (again.effect, again.attempts, again.effect_id) == (say("a"), 2, first.effect_id)
    assert not settle(database, first)


def test_give_up(database: Database, room: int) -> None:
    """What is given up is known as a failure, with its reason, and its lane goes on."""
    database.tx_sync(outbox.put, room, [say("a"), say("b")], NOON)
    (first,) = claim(database)
    assert database.tx_sync(outbox.give_up, first, NOON, "channel_not_found")
    assert effects_of(claim(database)) == [say("b")]
    failure = Failure(
        lane=first.lane, number=1, room_id=room, type="Say", attempts=1, reason="channel_not_found", at=NOON
    )
    assert database.read_sync(outbox.failures) == database.read_sync(outbox.failures, room) == [failure]
    assert database.read_sync(outbox.failures, room + 1) == []


def test_pending(database: Database, room: int) -> None:
    """What is owed can be counted, in one room or in all."""
    other = database.tx_sync(new_room).id
    database.tx_sync(outbox.put, room, [say("a"), say("b"), roll_back()], NOON)
    database.tx_sync(outbox.put, other, [say("c")], NOON)
    assert database.read_sync(outbox.pending) == 4
    assert database.read_sync(outbox.pending, room) == 3
    assert database.read_sync(agenda.next_time, "talk") == NOON


def test_nothing_owed(database: Database, room: int) -> None:
    """An empty outbox has nothing to count, to claim or to wait for."""
    assert database.tx_sync(outbox.put, room, [], NOON) == set()
    assert (database.read_sync(outbox.pending), database.read_sync(agenda.next_time, "talk"), claim(database)) == (
        0,
        None,
        [],
    )


# --- collapsing


def test_collapse(database: Database, room: int) -> None:
    """A card that waits to be shown is not added again; announcements always are."""
    database.tx_sync(outbox.put, room, [CARD, CARD, say("a"), say("a")], NOON)
    database.tx_sync(outbox.put, room, [CARD, say("a")], NOON)
    assert database.read_sync(outbox.pending) == 4


def test_no_collapse_into_what_is_tried(database: Database, room: int) -> None:
    """A card that somebody may be showing this moment is added again, for it may miss the newest change."""
    database.tx_sync(outbox.put, room, [CARD], NOON)
    (claimed,) = claim(database)
    database.tx_sync(outbox.put, room, [CARD], NOON)
    assert database.read_sync(outbox.pending) == 2
    database.tx_sync(outbox.put_back, claimed, NOON, "timeout")
    database.tx_sync(outbox.put, room, [CARD], NOON)
    assert database.read_sync(outbox.pending) == 2


def test_no_collapse_of_what_is_done(database: Database, room: int) -> None:
    """A card that was shown can be shown again."""
    database.tx_sync(outbox.put, room, [CARD], NOON)
    settle(database, claim(database)[0])
    database.tx_sync(outbox.put, room, [CARD], NOON)
    assert database.read_sync(outbox.pending) == 1


def test_no_collapse_of_what_differs(database: Database, room: int) -> None:
    """Another card, the same in another place, or the same to be pinned as well, is something else."""
    different = [CARD, replace(CARD, card="panel"), replace(CARD, place="backchannel"), replace(CARD, pin=True)]
    database.tx_sync(outbox.put, room, different, NOON)
    assert database.read_sync(outbox.pending) == 4


# --- what this release cannot read


def test_another_release(database: Database, room: int, caplog: pytest.LogCaptureFixture) -> None:
    """An effect of a later release is left for one that knows it, said in the log, and holds up no other lane."""
    database.tx_sync(outbox.put, room, [FindRunbooks(incident="I1", services=(), failure_modes=(), title="")], NOON)
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    database.tx_sync(lambda conn: conn.execute(text("UPDATE outbox SET type = 'Sing' WHERE type = 'FindRunbooks'")))
    with caplog.at_level(logging.ERROR):
        assert effects_of(claim(database)) == [say("a")]
    assert "Sing is an effect of another release" in caplog.text
    assert database.read_sync(outbox.pending) == 2


def test_another_release_behind_a_stale_message(database: Database, room: int) -> None:
    """What is together with a stale message ends before one that cannot be read; no lane is held up by it."""
    database.tx_sync(outbox.put, room, [say(str(number)) for number in range(outbox.FEW + 2)], NOON)
    database.tx_sync(outbox.put, room, [say("elsewhere", "b")], NOON + outbox.STALE)
    otherwise = func.replace(outbox_table.c.body, "plain", "fanfare", type_=outbox_table.c.body.type)
    unreadable = update(outbox_table).where(outbox_table.c.number == outbox.FEW + 1).values(body=otherwise)
    assert database.tx_sync(lambda conn: conn.execute(unreadable).rowcount) == 1
    found = {each.effect: len(each.behind) for each in claim(database, NOON + 2 * outbox.STALE)}
    assert found == {say("0"): outbox.FEW - 1, say("elsewhere", "b"): 0}


@pytest.mark.parametrize("damage", ['{"failed_at": "[removed]-10-21T09:00:00+00:00"}', '{"failed_at": ""}'])
def test_an_instant_that_cannot_be_read_holds_nothing_up(database: Database, room: int, damage: str) -> None:
    """An outcome of which an earlier release has removed a part is as good as one that does not say when it failed."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    (claimed,) = claim(database)
    database.tx_sync(outbox.put_back, claimed, NOON, "HTTP 500", failed_at=NOON)
    assert database.tx_sync(lambda conn: conn.execute(update(outbox_table).values(outcome=damage)).rowcount) == 1
    (again,) = claim(database)
    assert again.failed_at is None


def test_a_suspect_of_another_release_is_there_and_has_no_effect(database: Database, room: int) -> None:
    """One that cannot be read is found like the others, so that it is put off, and keeps none of them."""
    database.tx_sync(outbox.put, room, [say("a", "a"), say("b", "b")], NOON)
    for each in claim(database):
        settle(database, each)
        database.tx_sync(outbox.suspect, each, NOON)
    database.tx_sync(
        lambda conn: conn.execute(update(outbox_table).where(outbox_table.c.lane.endswith("a")).values(type="Sing"))
    )
    found = database.read_sync(twins.due, NOON + LEASE, 9)
    assert {each.effect for each in found} == {None, say("b", "b")}


# --- many at once


def test_one_holder_each(database: Database) -> None:
    """However many claim at once, a lane goes to one of them, and none is left out."""

    def fill(conn: Connection) -> None:
        room = new_room(conn).id
        outbox.put(conn, room, [roll_back(str(each)) for each in range(20)], NOON)

    database.tx_sync(fill)
    with ThreadPoolExecutor(4) as senders:
        claimed = [each for some in senders.map(lambda _: claim(database, limit=3), range(12)) for each in some]
    assert len(claimed) == len({each.lane for each in claimed})
    claimed += claim(database, limit=20)
    assert len({each.lane for each in claimed}) == len(claimed) == 20


def test_filled_and_emptied_at_once(database: Database, room: int) -> None:
    """While some fill a lane and others empty it, everything comes out once and in order."""

    def fill(place: int) -> list[Claimed]:
        database.tx_sync(outbox.put, room, [say(str(place)), SetTopic(place="war-room", topic=str(place))], NOON)
        return []

    def empty(_: int) -> list[Claimed]:
        return [each for each in claim(database) if settle(database, each)]

    with ThreadPoolExecutor(4) as several:
        turns = [several.submit(turn, place) for place in range(20) for turn in (fill, empty)]
        done = [each for turn in turns for each in turn.result()]
    while claimed := claim(database):
        done += [each for each in claimed if settle(database, each)]
    by_number = sorted(done, key=lambda each: each.number)
    assert [each.number for each in by_number] == list(range(1, 41))
    pairs = zip(by_number[::2], by_number[1::2], strict=True)
    assert all(isinstance(topic.effect, SetTopic) and said.effect == say(topic.effect.topic) for said, topic in pairs)


# --- any history


@dataclass
class Lane:
    """What a lane should hold."""

    owed: list[Effect]
    ready_at: datetime
    done: int = 0
    holder: Claimed | None = None


class AnyHistory(RuleBasedStateMachine):
    """Senders that die, come back late and do things twice, against a list that is always right."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database, self.now, self.count = database, NOON, 0
        self.lanes: dict[str, Lane] = {}
        self.claims: list[Claimed] = []

    @initialize()
    def open_room(self) -> None:
        self.room = self.database.tx_sync(new_room).id

    @rule(lanes=st.lists(st.sampled_from(["db", "web"]), min_size=1, max_size=4))
    def put(self, lanes: list[str]) -> None:
        effects = [roll_back(lane, f"F{self.count + each}") for each, lane in enumerate(lanes)]
        self.count += len(lanes)
        self.database.tx_sync(outbox.put, self.room, effects, self.now)
        for effect in effects:
            self.lanes.setdefault(f"{self.room}:{effect.lane}", Lane([], self.now)).owed.append(effect)

    @rule(seconds=st.sampled_from([1, 10, 30]))
    def wait(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        claimed = claim(self.database, self.now, limit)
        ready = {name for name, lane in self.lanes.items() if lane.done < len(lane.owed) and lane.ready_at <= self.now}
        assert {each.lane for each in claimed} <= ready
        assert len(claimed) == min(limit, len(ready))
        for each in claimed:
            lane = self.lanes[each.lane]
            assert each.effect == lane.owed[lane.done]
            assert (each.lane, each.epoch) not in {(old.lane, old.epoch) for old in self.claims}
            lane.holder, lane.ready_at = each, self.now + LEASE
        self.claims += claimed

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), pace=st.sampled_from([0, 5]))
    def settle(self, data: st.DataObject, pace: int) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        assert settle(self.database, claimed, self.now, pace * SECOND) == self._ends(
            claimed, self.now + pace * SECOND, 1
        )

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        given_up = self.database.tx_sync(outbox.give_up, claimed, self.now, "no")
        assert given_up == self._ends(claimed, self.now, 1)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), later=st.sampled_from([0, 5]))
    def put_back(self, data: st.DataObject, later: int) -> None:
        claimed = data.draw(st.sampled_from(self.claims))
        at = self.now + later * SECOND
        assert self.database.tx_sync(outbox.put_back, claimed, at, "429") == self._ends(claimed, at, 0)

    def _ends(self, claimed: Claimed, ready_at: datetime, done: int) -> bool:
        lane = self.lanes[claimed.lane]
        if lane.holder is not claimed:
            return False
        lane.holder, lane.ready_at, lane.done = None, ready_at, lane.done + done
        return True

    @invariant()
    def same_as_the_list(self) -> None:
        busy = [lane for lane in self.lanes.values() if lane.done < len(lane.owed)]
        pending, ready = self.database.read_sync(
            lambda conn: (
                outbox.pending(conn),
                min((each for each in agenda.next_times(conn).values() if each), default=None),
            )
        )
        assert pending == sum(len(lane.owed) - lane.done for lane in busy)
        assert ready == min((lane.ready_at for lane in busy), default=None)

    @invariant()
    def done_is_a_prefix(self) -> None:
        states = select(outbox_table.c.lane, outbox_table.c.state).where(outbox_table.c.room == self.room)
        rows = self.database.read_sync(lambda conn: conn.execute(states.order_by(outbox_table.c.number)).all())
        for name, lane in self.lanes.items():
            waiting = [row.state == "pending" for row in rows if row.lane == name]
            assert waiting == [False] * lane.done + [True] * (len(lane.owed) - lane.done)

    def teardown(self) -> None:
        nothing_owed = lanes_table.update().values(done_number=lanes_table.c.last_number)
        self.database.tx_sync(lambda conn: conn.execute(nothing_owed))


def test_any_history(database: Database) -> None:
    """In any history each lane is done in order, has one live holder, and a late one changes nothing."""
    quick = settings(unhurried, max_examples=20, stateful_step_count=20)
    run_state_machine_as_test(lambda: AnyHistory(database), settings=quick)  # type: ignore[arg-type]  # it calls what it is given, and says so in its own docs


# --- messages whose outcome nobody knows, and messages that are stale


def test_a_clean_attempt_leaves_nobody_unsure(database: Database, room: int) -> None:
    """After an attempt that certainly changed nothing nobody has to look; after one that may have, somebody has to."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    seen = []
    for clean in (True, True, False, True):
        (claimed,) = claim(database)
        seen.append(claimed.unsure)
        assert database.tx_sync(outbox.put_back, claimed, NOON, "429", clean=clean)
    seen.append(claim(database)[0].unsure)
    assert seen == [False, False, False, True, True]


def test_an_attempt_that_died_leaves_everybody_unsure(database: Database, room: int) -> None:
    """Of an attempt whose process died nobody knows what came of it."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    claim(database)
    assert claim(database, NOON + LEASE)[0].unsure


def test_only_what_was_unsure_is_looked_for_afterwards(database: Database, room: int) -> None:
    """A message that was said after an unknown attempt is to be looked for; other messages and other effects are not."""
    database.tx_sync(outbox.put, room, [say("sure", "a"), say("unsure", "b"), roll_back()], NOON)
    first = claim(database)
    for each in first:
        if each.effect == say("sure", "a"):
            settle(database, each)
    for each in claim(database, NOON + LEASE):
        settle(database, each, NOON + LEASE)
    (suspect,) = database.read_sync(twins.due, NOON + LEASE + outbox.UNSURE, 10)
    assert (suspect.effect, suspect.ts) == (say("unsure", "b"), "1.2")
    assert database.read_sync(twins.due, NOON + LEASE + outbox.UNSURE - SECOND, 10) == []


def test_whoever_comes_too_late_makes_it_suspect(database: Database, room: int) -> None:
    """A process that said something after its lease had gone to another cannot settle it; it is looked for twins."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    (late,) = claim(database)
    (other,) = claim(database, NOON + LEASE)
    assert settle(database, other, NOON + LEASE)
    assert not settle(database, late, NOON + LEASE + SECOND)
    database.tx_sync(outbox.suspect, late, NOON + LEASE + SECOND)
    assert len(database.read_sync(twins.due, NOON + LEASE + SECOND, 10)) == 1


def test_a_new_suspicion_begins_the_looks_anew(database: Database, room: int) -> None:
    """Between two looks somebody says that a call of his may still be on its way: both looks are made after that."""
    late, again = said_after_an_unknown_attempt(database, room)
    look(database, again)
    suspected = again + 5 * SECOND
    database.tx_sync(outbox.suspect, late, suspected + outbox.UNSURE)
    look(database, suspected + outbox.UNSURE)
    look(database, suspected + outbox.UNSURE + twins.LOOKS[1])
    assert database.read_sync(agenda.next_time, "twin") is None


def test_a_suspicion_during_a_look_is_not_forgotten(database: Database, room: int) -> None:
    """Whoever is looking when the looks begin anew has made none of them; what was removed is counted."""
    late, again = said_after_an_unknown_attempt(database, room)
    (suspect,) = database.read_sync(twins.due, again, 10)
    assert database.tx_sync(twins.take, suspect, again, again + LEASE)
    database.tx_sync(outbox.suspect, late, again + outbox.UNSURE)
    database.tx_sync(twins.looked, suspect, again + LEASE, again + SECOND, 1)
    assert database.read_sync(agenda.next_time, "twin") == again + outbox.UNSURE
    look(database, again + outbox.UNSURE)
    look(database, again + outbox.UNSURE + twins.LOOKS[1])
    assert database.read_sync(agenda.next_time, "twin") is None


def said_after_an_unknown_attempt(database: Database, room: int) -> tuple[Claimed, datetime]:
    """Who claimed it first, and when it is looked for after another has said it."""
    database.tx_sync(outbox.put, room, [say("unsure")], NOON)
    (late,) = claim(database)
    (again,) = claim(database, NOON + LEASE)
    settle(database, again, NOON + LEASE)
    return late, NOON + LEASE + outbox.UNSURE


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_set_shortens_no_time_between_looks(database: Database, room: int, hours: int) -> None:
    """The clock is set by an hour between two looks: the last look still comes as long after as it should."""
    database.tx_sync(outbox.put, room, [say("unsure")], NOON)
    claim(database)
    (again,) = claim(database, NOON + LEASE)
    settle(database, again, NOON + LEASE)
    first, second = twins.LOOKS
    clock = NOON + LEASE + first
    look(database, clock)
    clock += timedelta(hours=hours)
    database.tx_sync(twins.heal, clock)
    if database.read_sync(twins.due, clock, 1):
        look(database, clock)
    assert database.read_sync(twins.due, clock + second - SECOND, 1) == []
    look(database, clock + second)
    assert database.read_sync(agenda.next_time, "twin") is None


def look(database: Database, now: datetime) -> None:
    """What is due is looked for, and nothing is found."""
    (suspect,) = database.read_sync(twins.due, now, 10)
    assert database.tx_sync(twins.take, suspect, now, now + LEASE)
    database.tx_sync(twins.looked, suspect, now + LEASE, now, 0)


def stale(database: Database, room: int, *effects: Effect) -> Claimed:
    """What is claimed of these when they have waited for long."""
    database.tx_sync(outbox.put, room, effects, NOON)
    return claim(database, NOON + outbox.STALE)[0]


def test_stale_messages_are_claimed_together(database: Database, room: int) -> None:
    """Messages that have waited long and stand right behind one another are claimed and settled together, in order."""
    said = [say(str(number)) for number in range(outbox.FEW)]
    claimed = stale(database, room, *said, CARD, say("after the card"))
    assert [claimed.effect, *(each.say for each in claimed.behind)] == said
    assert {each.since for each in claimed.behind} == {NOON}
    settled = partial(outbox.settle, outcome={"ts": "1.2"}, together=len(claimed.behind))
    assert database.tx_sync(settled, claimed, NOON + outbox.STALE)
    assert database.read_sync(outbox.pending) == 2
    assert effects_of(claim(database, NOON + outbox.STALE)) == [CARD]


@pytest.mark.parametrize(
    ("what", "behind"),
    [
        ([say(str(number)) for number in range(outbox.FEW - 1)], 0),
        ([say("a"), CARD, *(say(str(number)) for number in range(outbox.FEW))], 0),
        ([say(str(number)) for number in range(3 * outbox.MOST)], outbox.MOST - 1),
        ([replace(say("a"), under="status"), *(say(str(number)) for number in range(outbox.FEW))], 0),
        ([*(say(str(number)) for number in range(outbox.FEW)), replace(say("x"), real=True), say("y")], outbox.FEW - 1),
        ([*(say(str(number)) for number in range(outbox.FEW)), replace(say("x"), asks=(Ask(do="a", label="b"),))], 4),
    ],
)
def test_what_goes_into_a_digest(database: Database, room: int, what: list[Effect], behind: int) -> None:
    """Few messages are said one by one, many in parts; a card, a thread, a question and what is real stand by themselves."""
    assert len(stale(database, room, *what).behind) == behind


def test_fresh_messages_are_said_one_by_one(database: Database, room: int) -> None:
    """However many wait, a message that is not stale is said by itself."""
    database.tx_sync(outbox.put, room, [say(str(number)) for number in range(20)], NOON)
    assert claim(database, NOON + outbox.STALE - SECOND)[0].behind == ()


def fails(database: Database, *seconds: int) -> Claimed:
    """It fails at each of these times after noon; what is claimed afterwards."""
    for each in seconds:
        at = NOON + each * SECOND
        (claimed,) = claim(database)
        assert database.tx_sync(outbox.put_back, claimed, NOON, "HTTP 503", failed_at=at)
    return claim(database)[0]


def test_a_process_that_died_is_no_failure(database: Database, room: int) -> None:
    """However many processes die over an effect, only what somebody came back from counts."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    now = NOON
    for _ in range(30):
        claim(database, now)
        now += LEASE
    (claimed,) = claim(database, now)
    assert (claimed.attempts, claimed.tries, claimed.failing_for(now)) == (31, 1, 0 * SECOND)
    assert database.tx_sync(outbox.put_back, claimed, now, "HTTP 503", failed_at=now)
    for _ in range(30):
        claim(database, now)
        now += LEASE
    (claimed,) = claim(database, now)
    assert (claimed.tries, claimed.unsure) == (2, True)
    assert claimed.failing_for(now) == outbox.GAP, "what lies between two failures is little known"


@pytest.mark.parametrize(
    ("failed", "now", "failing"),
    [
        ((0,), 0, 0),
        ((0, 60, 120), 180, 180),
        ((0, 3600), 3601, 121),  # nobody was there for an hour, or the clock was set forward
        ((0, 60, 3660, 61), 62, 60 + 120 + 0 + 1),  # a clock that was an hour ahead for a moment
        ((3600, 0), 60, 60),  # and that was so at first
        (tuple(range(100)), 99, 99),  # a hundred starts, a second each
    ],
)
def test_how_long_something_has_been_failing(
    database: Database, room: int, failed: tuple[int, ...], now: int, failing: int
) -> None:
    """The time between failures, of which no gap counts for more than two minutes and none for less than nothing."""
    database.tx_sync(outbox.put, room, [say("a")], NOON)
    claimed = fails(database, *failed)
    assert claimed.failing_for(NOON + now * SECOND) == failing * SECOND
    assert claimed.tries == len(failed) + 1


def test_what_is_known_to_stand_before(database: Database, room: int) -> None:
    """The newest settled message of the lane in that channel; nothing of another channel, lane, or what comes after."""
    database.tx_sync(outbox.put, room, [*(say(str(number)) for number in range(5)), say("elsewhere", "b")], NOON)
    lane = f"{room}:talk:war-room"
    assert database.read_sync(outbox.stands_before, lane, 1, "C1") == ""
    for channel, ts in (("C1", "1.1"), ("C1", "1.2"), ("C2", "1.3"), ("C1", "1.4")):
        claimed = next(each for each in claim(database, NOON + LEASE) if each.lane == lane)
        outcome = {"channel": channel, "ts": ts}
        assert database.tx_sync(partial(outbox.settle, outcome=outcome), claimed, NOON)
    found = [database.read_sync(outbox.stands_before, lane, number, "C1") for number in range(1, 6)]
    assert found == ["", "1.1", "1.2", "1.2", "1.4"]
    assert database.read_sync(outbox.stands_before, f"{room}:talk:b", 2, "C1") == ""


def test_a_lane_put_to_rest_by_a_wrong_clock_is_healed(database: Database, room: int) -> None:
    """A lane that rests longer than any pause is woken; one that rests for a good reason goes on resting."""
    database.tx_sync(outbox.put, room, [say("a", "a"), say("b", "b")], NOON)
    for each, rest in zip(claim(database), (outbox.FARTHEST[TALK] + SECOND, 60 * SECOND), strict=True):
        database.tx_sync(outbox.put_back, each, NOON + rest, "a clock that was wrong")
    database.tx_sync(outbox.heal, NOON)
    assert effects_of(claim(database)) == [say("a", "a")]
