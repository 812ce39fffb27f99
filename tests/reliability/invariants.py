"""I1 to I12: what must be true of any run, judged from its evidence alone.

    I1  what was acknowledged is in the timeline once       I7   no step done twice, none skipped, branches as replayed
    I2  entries and lanes are numbered without gaps         I8   whatever was broken was made whole
    I3  the hash chain verifies                             I9   a drill reaches nothing real, and says what it is
    I4  what was to be said is in its channel once          I10  what is hidden is nowhere else
    I5  and in order                                        I11  exports are the same before and after a restart
    I6  timers fire once, not early, not late               I12  nobody can change the past

Besides, when all is quiet: nothing is owed, cards show the room as it is (`cards`), and what a process remembers of a
room is what is kept of it (`fold`). What was sent and what was to be said is counted with Jepsen's seven words.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tests.reliability.evidence import Evidence, Message, Owed, Timeline
from warroom.core import events as e
from warroom.core.coupling import consequences
from warroom.core.effects import BACKCHANNEL, PERSON
from warroom.core.faults import FaultState
from warroom.core.game import GameState
from warroom.core.onward import onward
from warroom.core.room import CATCH_UP, Room
from warroom.core.roomfold import evolve
from warroom.core.runs import WARROOM
from warroom.slack.limits import PLAIN_TEXT_FALLBACK
from warroom.slack.perform import draw_card

# What a Tick does first; whatever else `warroom` notes is an answer of the world, or follows from one.
BY_TIME = (
    e.InjectPlayed, e.InjectHeld, e.ExpectationMissed, e.StepOverran, e.RollbackAsked, e.EndReached, e.BackInGame,
    e.MurphyDrew,
)  # fmt: skip
ANYWHERE = "*"  # instead of the name of an entry: a form's words may be in more than one
LONGEST_HOLD = timedelta(minutes=10)  # that the bot heeds, when Slack says to leave a method alone
BROKEN = (FaultState.ASKED, FaultState.ACTIVE)  # or perhaps broken, and nobody has asked for its rollback
DISAGREE = timedelta(minutes=1)  # by so much the clocks of two machines may
# What happens once in a room: the names of the fields that say to what.
ONCE: Mapping[type[e.Event], tuple[str, ...]] = {
    e.RoomOpened: (),
    e.GamePlanned: (),
    e.GameStarted: (),
    e.GameEnded: (),
    e.ChannelOpened: ("place",),
    e.InjectHeld: ("inject", "due"),
    e.ExpectationArmed: ("expectation",),
    e.ExpectationMissed: ("expectation",),
    e.EndReached: ("ending",),
    e.IncidentDeclared: ("incident",),
    e.RunStarted: ("run",),
    e.RunFinished: ("run",),
    e.CheckReported: ("run", "step", "attempt"),
    e.ActBegun: ("run", "act"),
    e.ActEnded: ("run", "act"),
    e.FaultAsked: ("fault",),
    e.FaultInjected: ("fault",),
    e.FaultRolledBack: ("fault",),
    e.MessageHeard: ("channel", "ts"),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """`invariant` is I1 to I12, `cards` or `fold`; `where` is a room or a channel. A simulated day has some of its own."""

    invariant: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.where}: {self.what}"


@dataclass(slots=True)
class Seven:
    """Jepsen's words. `recovered` is what is there although nobody had been told that it was done."""

    attempts: int = 0
    acknowledged: int = 0
    ok: int = 0
    lost: int = 0
    unexpected: int = 0
    duplicated: int = 0
    recovered: int = 0

    def __add__(self, other: "Seven") -> "Seven":
        return Seven(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        return ", ".join(f"{getattr(self, each.name)} {each.name}" for each in fields(self))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`sent` counts what was sent to the bot, `said` what the bot was to say. `given_up` was told on the timeline."""

    violations: tuple[Violation, ...]
    sent: Seven
    said: Seven
    given_up: int = 0
    twins_swept: int = 0
    timers: int = 0
    latest: timedelta = timedelta(0)


def check(evidence: Evidence) -> Verdict:
    """Every invariant. What cannot be judged, because something is wrong with it, is a violation too."""
    judge = Judge(evidence)
    for each in CHECKS:
        each(judge)
    return Verdict(
        violations=tuple(judge.violations),
        sent=judge.sent,
        said=judge.said,
        given_up=judge.given_up,
        twins_swept=judge.twins_swept,
        timers=judge.timers,
        latest=judge.latest,
    )


class Judge:
    """What is worked out on the way, so that it is worked out once."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence, self.kept = evidence, evidence.kept
        self.violations: list[Violation] = []
        self.sent, self.said = Seven(), Seven()
        self.given_up = self.twins_swept = self.timers = 0
        self.latest = timedelta(0)

    def no(self, invariant: str, where: str, what: str) -> None:
        self.violations.append(Violation(invariant, where, what))

    @cached_property
    def rooms(self) -> dict[int, Room]:
        """Each room as the fold of what is kept of it."""
        return {each.row.id: _folded(each) for each in self.kept.timelines}

    @cached_property
    def keys(self) -> dict[int, str]:
        return {each.row.id: each.row.key for each in self.kept.timelines}

    @cached_property
    def by_effect(self) -> dict[str, list[Message]]:
        """The messages that carry an effect's id, the deleted ones too, in the order in which they came."""
        found = defaultdict[str, list[Message]](list)
        for message in sorted(self.evidence.messages, key=lambda each: (each.at, each.ts)):
            if message.effect_id:
                found[message.effect_id].append(message)
        return found

    @cached_property
    def standing(self) -> dict[tuple[str, str], Message]:
        return {(each.channel, each.ts): each for each in self.evidence.messages if each.gone_at is None}

    def alive(self, owed: Owed) -> list[Message]:
        return [each for each in self.by_effect.get(owed.effect_id, ()) if each.gone_at is None]

    def idle_between(self, since: datetime, until: datetime, *, muted: bool = False) -> timedelta:
        """How much of that time nobody could work; with `muted`, or look for twins."""
        total, reached = timedelta(0), since
        for began, ended in sorted([*self.evidence.idle, *(self.evidence.muted if muted else ())]):
            began, ended = max(began, reached), min(ended, until)
            if ended > began:
                total, reached = total + (ended - began), ended
        return total


def _folded(timeline: Timeline) -> Room:
    room = Room()
    for entry in timeline.entries:
        room = evolve(room, entry)
    return room


# --- I1 to I3: the timeline


def accepted(judge: Judge) -> None:
    """I1"""
    held = defaultdict[str, list[str]](list)
    for timeline in judge.kept.timelines:
        for entry in timeline.stored:
            written = "\n".join([entry.body, *(each.text or "" for each in entry.texts)])
            held[entry.type].append(written)
            held[ANYWHERE].append(written)
    seven = judge.sent
    for sent in judge.evidence.sent:
        times = sum(sent.mark in each for each in held[sent.entry])
        times = min(times, 1) if sent.entry == ANYWHERE else times
        seven.attempts += 1
        seven.acknowledged += sent.acknowledged
        seven.ok += times == 1
        seven.recovered += times == 1 and not sent.acknowledged
        if sent.hasty and not sent.may_miss:
            judge.no("I1", sent.kind, f"{sent.mark} was acknowledged before it was kept")
        if times > 1:
            seven.duplicated += 1
            judge.no("I1", sent.kind, f"{sent.mark} is in {times} entries of type {sent.entry}")
        if times == 0 and (sent.acknowledged or sent.unheard) and not sent.may_miss and judge.evidence.quiet:
            seven.lost += 1
            why = "acknowledged" if sent.acknowledged else "said while nobody listened"
            judge.no("I1", sent.kind, f"{sent.mark} was {why} and is in no entry of type {sent.entry}")
    for key, state in judge.kept.inbox.items():
        if state != "done" and judge.evidence.quiet:
            judge.no("I1", "inbox", f"{key} was kept and never taken up")


def numbered(judge: Judge) -> None:
    """I2"""
    for timeline in judge.kept.timelines:
        seqs = [each.seq for each in timeline.stored]
        if seqs != list(range(1, timeline.row.seq + 1)):
            judge.no("I2", timeline.row.key, f"its entries are numbered {seqs}, and its row says {timeline.row.seq}")
    numbers = defaultdict[str, list[int]](list)
    states = defaultdict[str, list[str]](list)
    for owed in judge.kept.owed:
        numbers[owed.lane].append(owed.number)
        states[owed.lane].append(owed.state)
    for lane, last, done in judge.kept.lanes:
        if numbers[lane] != list(range(1, last + 1)):
            judge.no("I2", lane, f"its effects are numbered {numbers[lane]}, and the lane says {last}")
        if any(state == "pending" for state in states[lane][:done]) or (done < last and "pending" not in states[lane]):
            judge.no("I2", lane, f"it says that {done} are settled, and its effects are {states[lane]}")


def chained(judge: Judge) -> None:
    """I3, written anew from what the documentation says, so that a mistake of the product's is no mistake of its own."""
    for timeline in judge.kept.timelines:
        before = "0" * 64
        for entry in timeline.stored:
            whole = {
                "seq": entry.seq,
                "at": _as_text(entry.at),
                "occurred_at": entry.occurred_at and _as_text(entry.occurred_at),
                "by": entry.by,
                "type": entry.type,
                "body": json.loads(entry.body),
            }
            written = json.dumps(whole, sort_keys=True, separators=(",", ":"))
            before = hashlib.sha256(f"{before}\n{written}".encode()).hexdigest()
            if before != entry.hash:
                judge.no("I3", timeline.row.key, f"entry {entry.seq} does not continue the chain")
                break
            digests = {hashlib.sha256(f"{each.salt}:{each.text}".encode("utf-8", "surrogatepass")).hexdigest()
                       for each in entry.texts if each.text is not None}  # fmt: skip
            if not all(digest in entry.body for digest in digests):
                judge.no("I3", timeline.row.key, f"a text of entry {entry.seq} is not the one that was hashed")
        else:
            if before != timeline.row.head_hash:
                judge.no("I3", timeline.row.key, "the chain does not end where the room's row says")


def _as_text(at: datetime) -> str:
    exact = "milliseconds" if at.microsecond % 1000 == 0 else "microseconds"
    return at.isoformat(timespec=exact).replace("+00:00", "Z")


# --- I4 and I5: what was to be said


def said_once(judge: Judge) -> None:
    """I4. A digest says at once what several effects had to say: they all name its message, and it says how many."""
    seven = judge.said
    covered = Counter[tuple[str, str]]()
    for owed in judge.kept.owed:
        if owed.type == "Say":
            seven.attempts += 1
            seven.acknowledged += owed.state == "done"
            _said(judge, owed, covered)
        _twins(judge, owed)
    for (channel, ts), times in covered.items():
        message = judge.standing.get((channel, ts))
        if message is not None and message.stands_for > 1 and message.stands_for != times:
            judge.no(
                "I4", channel, f"the digest {ts} says that it stands for {message.stands_for}; it does for {times}"
            )
    known = {each.effect_id for each in judge.kept.owed}
    for id_, messages in judge.by_effect.items():
        if id_ not in known:
            seven.unexpected += 1
            judge.no("I4", messages[0].channel, f"a message for an effect that is not kept: {messages[0].text[:80]!r}")


def _said(judge: Judge, owed: Owed, covered: Counter[tuple[str, str]]) -> None:
    seven, key = judge.said, judge.keys.get(owed.room, "?")
    there = judge.alive(owed)
    place = (str(owed.outcome.get("channel", "")), str(owed.outcome.get("ts", "")))
    named = judge.standing.get(place)
    if owed.state == "done" and named is not None:
        covered[place] += 1
    in_a_digest = owed.state == "done" and not there and named is not None and named.stands_for > 1
    if len(there) == 1 or in_a_digest:
        seven.ok += 1
        seven.recovered += owed.attempts > 1
        if owed.state == "done" and not in_a_digest and there[0].ts != place[1]:
            judge.no("I4", key, f"{_what(owed)} is said to be at {place}, and is at {there[0].ts}")
    elif len(there) > 1:
        seven.duplicated += 1
        judge.no("I4", key, f"{_what(owed)} is there {len(there)} times")
    elif owed.state == "done":
        seven.lost += 1
        judge.no("I4", key, f"{_what(owed)} counts as said, and is nowhere")
    elif owed.state == "failed":
        judge.given_up += 1
        if not _was_told(judge, owed):
            seven.lost += 1
            judge.no("I4", key, f"{_what(owed)} was given up, and the timeline does not say so")
    elif judge.evidence.quiet:
        seven.lost += 1
        judge.no("I4", key, f"{_what(owed)} was never said ({owed.attempts} attempts): {owed.outcome.get('reason')}")


def _was_told(judge: Judge, owed: Owed) -> bool:
    told = (e.DeliveryFailed, e.ChannelRefused)
    timeline = next(each for each in judge.kept.timelines if each.row.id == owed.room)
    return any(isinstance(each.event, told) for each in timeline.entries)


def _twins(judge: Judge, owed: Owed) -> None:
    """Two that stood at once are only excused when Slack, or a process that was frozen, did what nobody can foresee."""
    came = sorted(judge.by_effect.get(owed.effect_id, []), key=lambda each: each.at)
    if len(came) < 2:
        return
    key = judge.keys.get(owed.room, "?")
    if all(each.promised for each in came):
        judge.no("I4", key, f"{_what(owed)} was said {len(came)} times, and nothing excuses it")
        return
    end = judge.evidence.ended_at or came[-1].at
    second = came[1]
    alone = sorted(each.gone_at or end for each in came)[-2]  # from then on one stands, whichever it is
    since = _said_at(owed, second)
    if alone - since - judge.idle_between(since, alone, muted=True) > judge.evidence.swept:
        judge.no("I4", key, f"the twin of {_what(owed)} stood for {alone - second.at}")
    else:
        judge.twins_swept += sum(each.gone_at is not None for each in came)


def _said_at(owed: Owed, twin: Message) -> datetime:
    """From when on it is looked for twins: a message whose pin has to wait, because Slack says so, counts as said later."""
    waited = (owed.settled_at or twin.at) - twin.at
    return twin.at + min(max(waited, timedelta(0)), LONGEST_HOLD)


def _what(owed: Owed) -> str:
    said = str(owed.body.get("title") or owed.body.get("card") or "")
    return f"{owed.type} {owed.lane}/{owed.number} {said!r}"


def in_order(judge: Judge) -> None:
    """I5: in each channel, what came first into its lane stands first."""
    last: dict[str, tuple[int, str, Owed]] = {}
    for owed in judge.kept.owed:
        if owed.state == "failed":
            continue  # what was given up was promised no place; Slack may have carried it out later all the same
        for message in judge.alive(owed)[:1]:
            before = last.get(owed.lane)
            if before is not None and not before[1] < message.ts:
                judge.no("I5", judge.keys.get(owed.room, "?"), f"{_what(owed)} stands before {_what(before[2])}")
            last[owed.lane] = (owed.number, message.ts, owed)


# --- I6 and I7: time and walks


def on_time(judge: Judge) -> None:
    """I6, and that after each commit nothing was left that follows by itself."""
    for timeline in judge.kept.timelines:
        room, key = Room(), timeline.row.key
        for group in _commits(timeline.entries):
            at, first = group[0].at, group[0]
            due = room.wake_at()
            if isinstance(first.event, BY_TIME) and first.by == WARROOM:
                judge.timers += 1
                if due is None or due > at:
                    judge.no("I6", key, f"entry {first.seq} ({type(first.event).__name__}) came at {at}, before {due}")
            _not_late(judge, key, due, at)
            _caught_up(judge, key, room, first)
            for entry in group:
                room = evolve(room, entry)
            if room.game is not None and room.game.state is GameState.HALTED:
                for fault in [each for each in room.faults.values() if each.state in BROKEN]:
                    judge.no("I8", key, f"play has stopped for something real, and {fault.target} is left broken")
            if left := consequences(room, at):
                judge.no(
                    "I7", key, f"after entry {group[-1].seq} it was left out that {type(left[0]).__name__} follows"
                )
        if judge.evidence.ended_at is not None and judge.evidence.quiet:
            _not_late(judge, key, room.wake_at(), judge.evidence.ended_at)
            if room.open and room.at - judge.evidence.ended_at > DISAGREE:
                judge.no("I6", key, f"its last entry is of {room.at}, which is still to come: its timers wait for that")
        _once(judge, timeline)


def _commits(entries: Sequence[e.Entry]) -> Iterator[list[e.Entry]]:
    """What was written at one instant."""
    group: list[e.Entry] = []
    for entry in entries:
        if group and entry.at != group[0].at:
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _not_late(judge: Judge, key: str, due: datetime | None, at: datetime) -> None:
    if due is None or at <= due:
        return
    late = at - due - judge.idle_between(due, at)
    judge.latest = max(judge.latest, late)
    if late > judge.evidence.late:
        judge.no("I6", key, f"what was due at {due} was not done by {at}, {late} late")


def _caught_up(judge: Judge, key: str, room: Room, first: e.Entry) -> None:
    """What fell due while nobody was there is held, and not played when somebody is back."""
    if not isinstance(first.event, e.InjectPlayed) or first.by != WARROOM or room.plan is None:
        return
    timed = room.plan.timed()
    late = room.clock.reading(first.at) - timed[0][0] if timed else timedelta(0)
    if late > CATCH_UP and timed[0][1].id == first.event.inject:
        judge.no("I6", key, f"entry {first.seq} plays {first.event.inject}, which was due {late} before")


def _once(judge: Judge, timeline: Timeline) -> None:
    seen = set[tuple[Any, ...]]()
    for entry in timeline.entries:
        named = ONCE.get(type(entry.event))
        if named is None:
            continue
        this = (type(entry.event).__name__, *(getattr(entry.event, name) for name in named))
        if this in seen:
            judge.no("I6", timeline.row.key, f"entry {entry.seq} happens a second time: {this}")
        seen.add(this)


def walked(judge: Judge) -> None:
    """I7"""
    for timeline in judge.kept.timelines:
        room, standing = Room(), dict[str, str]()
        for place, entry in enumerate(timeline.entries):
            match entry.event:
                case e.StepEntered(run=run, step=step):
                    standing[run] = step
                case e.StepDone(run=run, step=step) | e.StepSkipped(run=run, step=step):
                    if standing.pop(run, None) != step:
                        judge.no(
                            "I7",
                            timeline.row.key,
                            f"entry {entry.seq} ends {step} of {run}, which does not stand there",
                        )
                    else:
                        _goes_on(judge, timeline, room, place)
            room = evolve(room, entry)


def _goes_on(judge: Judge, timeline: Timeline, room: Room, place: int) -> None:
    """Where the walk goes after this entry must be where the runbook sends it."""
    ended = timeline.entries[place].event
    assert isinstance(ended, e.StepDone | e.StepSkipped)
    answer = ended.answer if isinstance(ended, e.StepDone) else ""
    ways = (e.StepEntered, e.RunFinished)
    following = (each.event for each in timeline.entries[place + 1 :])
    went = next((each for each in following if isinstance(each, ways) and each.run == ended.run), None)
    meant = next((each for each in onward(room.runs[ended.run], ended.step, answer) if isinstance(each, ways)), None)
    if meant is not None and went != meant:
        judge.no("I7", timeline.row.key, f"after {ended.step} of {ended.run} ({answer}) came {went}, not {meant}")


# --- I8 to I10: drills


def made_whole(judge: Judge) -> None:
    """I8"""
    for room_id, room in judge.rooms.items():
        for fault in room.faults.values():
            over = not room.open or judge.evidence.ended_at is None or fault.deadline < judge.evidence.ended_at
            if fault.state in BROKEN and over and judge.evidence.quiet:
                judge.no("I8", judge.keys[room_id], f"fault {fault.id} ({fault.target}) was never rolled back")
    for each in judge.evidence.broken:
        if each.broken and judge.evidence.quiet:
            judge.no(
                "I8", each.target, f"it is still broken: broken {each.injected} times, made whole {each.undone} times"
            )


def drills_stay_drills(judge: Judge) -> None:
    """I9"""
    for outlet, times in judge.evidence.outlets.items():
        if times:
            judge.no("I9", outlet, f"a drill has reached it {times} times")
    owed = {each.effect_id: each for each in judge.kept.owed}
    own = {each.id: room_id for room_id, room in judge.rooms.items() for each in room.channels.values()}
    for message in judge.evidence.messages:
        effect = owed.get(message.effect_id)
        if effect is None and (message.to or "not the exercise" in message.text.partition("\n")[0]):
            continue  # an answer to one person may be about life, and so may what is said of the bot itself
        room = judge.rooms.get(effect.room if effect else own.get(message.channel, 0))
        if room is None or (effect is not None and effect.body.get("real")):
            continue
        word, other = ("EXERCISE", "REAL INCIDENT") if room.drill else ("REAL INCIDENT", "EXERCISE")
        for name, said in (("text", message.text), ("blocks", message.blocks)):
            if said != "[]" and word not in said:
                judge.no("I9", room.key, f"the {name} of {message.ts} does not say {word}: {message.text[:80]!r}")
            elif effect is not None and other in said.partition("\n")[0][:40]:
                judge.no("I9", room.key, f"the {name} of {message.ts} says {other}")


def nothing_leaks(judge: Judge) -> None:
    """I10"""
    back = {room.channels[BACKCHANNEL].id for room in judge.rooms.values() if BACKCHANNEL in room.channels}
    staff = {person for room in judge.rooms.values() for person in room.roster.staff}
    places = [
        ("the log", judge.evidence.logs),
        *((f"the export {name}", text) for name, text in judge.evidence.exports.items()),
    ]
    for message in judge.evidence.messages:
        if message.channel not in back and message.to not in staff:
            places += [(f"{message.channel} {message.ts}", f"{message.text}\n{message.blocks}")]
        places += [(f"the metadata of {message.ts}", message.metadata)]
    over = any(room.game is not None and room.game.state is GameState.ENDED for room in judge.rooms.values())
    for canary in (*judge.evidence.canaries, *judge.evidence.until_the_end):
        for place, text in places:
            revealed = over and place.startswith("the export") and canary in judge.evidence.until_the_end
            if canary in text and not revealed:
                judge.no("I10", place, f"it holds {canary}")


# --- I11, I12, and what must be true when all is quiet


def exported(judge: Judge) -> None:
    """I11"""
    for name, before, after in judge.evidence.exported_twice:
        if before != after:
            judge.no("I11", name, "it was exported differently after a restart")


def held(judge: Judge) -> None:
    """I12"""
    for attempt in judge.kept.broken_by:
        judge.no("I12", "the database", f"it lets anybody do: {attempt}")


def quiet(judge: Judge) -> None:
    """Nothing is owed any more, and every row says of its room what its entries say."""
    for timeline in judge.kept.timelines:
        row, room = timeline.row, judge.rooms[timeline.row.id]
        if (row.state, row.open, row.wake_at, row.seq) != (room.state, room.open, room.wake_at(), room.seq):
            judge.no(
                "fold",
                row.key,
                f"its row says {row.state}, {row.wake_at}; its entries say {room.state}, {room.wake_at()}",
            )
    for process, room_id, remembered in judge.evidence.remembered:
        if remembered != judge.rooms.get(room_id):
            judge.no(
                "fold", judge.keys.get(room_id, "?"), f"{process} remembers another room than the one that is kept"
            )
    for owed in judge.kept.owed:
        if owed.state == "pending" and owed.type not in ("Say", "WatchStop") and judge.evidence.quiet:
            judge.no(
                "I4", judge.keys.get(owed.room, "?"), f"{_what(owed)} was never done: {owed.outcome.get('reason')}"
            )


def cards_true(judge: Judge) -> None:
    """Each card stands once, and shows the room as it is; in plain words where Slack had refused its blocks."""
    if not judge.evidence.quiet:
        return
    for card in judge.kept.cards:
        room, key = judge.rooms[card.room], judge.keys[card.room]
        shown = [each for each in judge.kept.owed if each.type == "ShowCard" and each.room == card.room
                 and (each.body["card"], each.body["place"]) == (card.card, card.place)]  # fmt: skip
        stand = {each.ts for owed in shown for each in judge.alive(owed)}
        if any(each.state == "failed" for each in shown) or card.place.startswith(PERSON):
            continue
        if stand != {card.ts}:
            judge.no("cards", key, f"the card {card.card} is kept as {card.ts}, and stands at {sorted(stand)}")
        message, drawn = judge.standing.get((card.channel, card.ts)), draw_card(card.card, room, card.room, card.place)
        if message is None:
            judge.no("cards", key, f"the card {card.card} is not there")
        elif drawn is None or (drawn.text, _words(drawn.blocks)) == (message.text, _words(json.loads(message.blocks))):
            continue
        elif not message.refused or (drawn.text[:PLAIN_TEXT_FALLBACK], "[]") != (message.text, message.blocks):
            judge.no("cards", key, f"the card {card.card} does not show the room as it is")


def _words(value: Any) -> list[str]:
    """Every text and value in blocks, without the ids that Slack adds."""
    if isinstance(value, Mapping):
        own = [value[name] for name in ("text", "value") if isinstance(value.get(name), str)]
        return own + [
            text for name in sorted(value) for text in _words(value[name]) if not isinstance(value[name], str)
        ]
    return [text for each in value for text in _words(each)] if isinstance(value, list | tuple) else []


CHECKS: tuple[Callable[[Judge], None], ...] = (
    accepted, numbered, chained, said_once, in_order, on_time, walked, made_whole, drills_stay_drills, nothing_leaks,
    exported, held, quiet, cards_true,
)  # fmt: skip


def worst(violations: Iterable[Violation]) -> str:
    """The invariants that are violated, for a line of a table."""
    return " ".join(sorted({each.invariant for each in violations}))
