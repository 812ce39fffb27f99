"""What rooms ask for: nothing breaks that is not listed and whole, nothing counts as undone that was not seen to be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.faults.bench import Machine, Thing, entry, eventually, in_, listed
from warroom.breaking import Breaking, keeper_name
from warroom.core import commands as c
from warroom.core import effects as f
from warroom.core.breakable import Breakable, Hosts, Request, Requests
from warroom.core.faults import Fault, FaultState
from warroom.core.room import Room
from warroom.faults import Driver, FaultFailed, Order
from warroom.runtime.clock import SystemClock
from warroom.runtime.deliver import PATIENCE, Done, Later, Result
from warroom.store.outbox import Claimed
from warroom.testing import ManualClock


@dataclass
class Room1:
    """A room with one fault, and a bot that performs for it. `known` is what its timeline says of the fault."""

    thing: Thing
    machine: Machine
    breaking: Breaking
    driver: str = "process"
    target: str = "thing"
    mode: str = "kill"
    uid: str = ""
    known: dict[str, Any] = field(default_factory=dict)
    attempts: int = 1

    @property
    def name(self) -> str:
        return self.breaking.name_of(self._claimed(f.RollBack(fault="F1", driver="", target="", mode="")), "F1")

    async def breaks(self, **given: Any) -> c.RecordFault:
        asked = {"driver": self.driver, "target": self.target, "mode": self.mode, "deadline": in_(60), **given}
        result = await self._perform(f.InjectFault(fault="F1", **asked), FaultState.ASKED)
        assert isinstance(result, Done)
        (told,) = result.commands
        assert isinstance(told, c.RecordFault)
        return told

    async def undoes(self, failing: timedelta = timedelta(0)) -> Result:
        effect = f.RollBack(fault="F1", driver=self.driver, target=self.target, mode=self.mode)
        return await self._perform(effect, FaultState.ROLLING_BACK, failing)

    async def undone(self) -> str:
        result = await self.undoes()
        assert isinstance(result, Done), result
        (told,) = result.commands
        assert isinstance(told, c.RecordRollback)
        assert told.undone
        return told.detail

    async def _perform(self, effect: f.Effect, state: FaultState, failing: timedelta = timedelta(0)) -> Result:
        given = {"driver": self.driver, "target": self.target, "mode": self.mode, "deadline": in_(60), **self.known}
        fault, claimed = Fault(id="F1", state=state, **given), self._claimed(effect, failing)
        return await self.breaking.performers()[type(effect)](claimed, Room(faults={"F1": fault}))

    def _claimed(self, effect: f.Effect, failing: timedelta = timedelta(0)) -> Claimed:
        return Claimed(
            lane="l", number=1, epoch=1, room_id=1, effect=effect, attempts=self.attempts, failing=failing,
            effect_id="e", room_uid=self.uid,
        )  # fmt: skip


@dataclass
class Rooms:
    """What stands against breaking, and what was told."""

    against: str = ""
    told: list[c.Command] = field(default_factory=list)

    async def why_not(self, room: int, fault: str) -> str:
        return self.against

    async def tell(self, room: int, command: c.Command) -> None:
        self.told.append(command)


def room(
    thing: Thing,
    machine: Machine,
    *entries: Breakable,
    clock: Any = None,
    rooms: Rooms | None = None,
    here: str = "east",
    elsewhere: bool = False,
    **given: Any,
) -> Room1:
    wall = SystemClock()
    breaking = Breaking(
        listed(*(entries or (thing.entry(),))),
        machine.drivers,
        machine.keeper,
        look=thing.see,
        clock=clock or wall,
        wall=wall,
        heals=0.2,
        rooms=rooms,
        machine=here,
        elsewhere=elsewhere,
    )
    return Room1(thing, machine, breaking, **given)


async def test_broken_and_seen_to_be_whole(thing: Thing, machine: Machine) -> None:
    """A fault is told with what was done, and its rollback with what was seen; nothing is left of it but the record."""
    mine = room(thing, machine)
    told = await mine.breaks()
    assert told.injected
    assert "was killed" in told.detail
    assert not thing.answers()
    assert len(machine.watchdogs()) == 1
    said = await mine.undone()
    assert "was started" in said
    assert "answered 200" in said
    await machine.no_watchdog()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"target": "another"}, "another is not on the operator's list"),
        ({"mode": "explode"}, "`process` does not know the mode `explode`"),
        ({"driver": "hosts", "mode": "down"}, "Write `driver: process` in the scenario"),
        ({"deadline": in_(-1)}, "Its time was over before it could be broken"),
    ],
)
async def test_what_is_not_broken(given: dict[str, Any], said: str, thing: Thing, machine: Machine) -> None:
    """What the list does not have, and what comes too late, is refused in a sentence; nothing is begun."""
    told = await room(thing, machine).breaks(**given)
    assert not told.injected
    assert said in told.detail
    assert thing.answers()
    assert machine.watchdogs() == []
    assert not machine.folder.exists()


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_an_attempt_that_is_on_record_nowhere(elsewhere: bool, thing: Thing, machine: Machine) -> None:
    """Where a process on another machine may have tried before, what is not broken now counts as broken, so that it is undone."""
    mine = room(thing, machine, elsewhere=elsewhere, attempts=2)
    told = await mine.breaks(deadline=in_(-1))
    assert told.injected == elsewhere
    assert "Its time was over before" in told.detail
    first = await room(thing, machine, elsewhere=elsewhere).breaks(deadline=in_(-1))
    assert not first.injected


async def test_what_was_not_whole_is_not_broken(thing: Thing, machine: Machine) -> None:
    """Where the check does not hold before, nothing is broken, and the check's words say why."""
    sick = thing.entry(healthy=replace(thing.healthy, status=204))
    told = await room(thing, machine, sick).breaks()
    assert not told.injected
    assert "thing was not whole before, so nothing was broken: http" in told.detail
    assert "answered 200" in told.detail
    assert thing.answers()


async def test_an_attempt_after_a_crash(thing: Thing, machine: Machine) -> None:
    """A second attempt finds what the first has broken, and does not take it for something that was not whole."""
    first = await room(thing, machine).breaks()
    again = await room(thing, machine.another()).breaks()
    assert again == first
    assert len(thing.starts()) == 1
    await room(thing, machine.another()).undone()


async def test_undone_by_the_watchdog_first(thing: Thing, machine: Machine) -> None:
    """What the watchdog undid is undone for the room, too, and started once."""
    mine = room(thing, machine, thing.entry(alone=timedelta(seconds=1)))
    await mine.breaks()
    await eventually(lambda: machine.record(mine.name).over() is not None)
    await eventually(thing.answers)
    assert "runs" in await mine.undone()
    assert len(thing.starts()) == 2


async def test_not_whole_is_not_undone(thing: Thing, machine: Machine) -> None:
    """What does not become whole is tried again, and at last handed to a person with the command to type."""
    mine, rooms = room(thing, machine, mode="stop"), Rooms()
    mine.known = {"machine": (await mine.breaks()).machine}
    mine.breaking = room(
        thing, machine.another(), thing.entry(healthy=replace(thing.healthy, contains="well")), rooms=rooms
    ).breaking
    name = mine.name
    filed = machine.record(name).filed()
    assert filed is not None
    sick = replace(
        filed, order=replace(filed.order, entry=thing.entry(healthy=replace(thing.healthy, contains="well")))
    )
    machine.record(name).file(sick)
    later = await mine.undoes()
    assert isinstance(later, Later)
    assert later.reason.startswith("It was undone, but thing is not whole: http")
    assert machine.record(name).over() is None
    stuck = await mine.undoes(failing=PATIENCE)
    assert isinstance(stuck, Later)
    assert stuck.after
    (told,) = rooms.told
    assert isinstance(told, c.RecordRollback)
    assert not told.undone
    assert " To undo it by hand, on east: pkill -CONT -f -x " in told.detail
    machine.record(name).file(filed)  # as if somebody had made it whole
    await mine.undone()


async def test_no_longer_than_the_list_allows(thing: Thing, machine: Machine) -> None:
    """The deadline is the room's, or what the operator allows, whichever is sooner; read on the world's clock."""
    mine = room(thing, machine, thing.entry(longest=timedelta(seconds=30)), clock=ManualClock())
    start: datetime = ManualClock().now()
    for wanted, lasts in ((timedelta(hours=1), 30), (timedelta(seconds=20), 20)):
        assert (await mine.breaks(deadline=start + wanted)).injected
        record = machine.record(mine.name)
        filed = record.filed()
        assert filed is not None
        assert lasts - 10 < (filed.order.deadline - SystemClock().now()).total_seconds() <= lasts
        await mine.undone()
        await machine.no_watchdog()
        record.remove()


class Fickle:
    """A driver of the tests' own: breaks something halfway, and cannot undo it."""

    async def ready(self, order: Order) -> str:
        return "ready"

    async def inject(self, order: Order) -> str:
        raise FaultFailed("The request was lost.")

    async def undo(self, order: Order) -> str:
        raise FaultFailed("Nobody answers.")

    def by_hand(self, order: Order) -> str:
        return "pull the plug"


async def test_what_may_be_broken_is_owed(thing: Thing, tmp_path: Path) -> None:
    """When breaking failed halfway and undoing fails, too, the room is told that it is broken, so that it is undone."""
    machine = Machine(tmp_path / "state", drivers={"process": Fickle()})
    try:
        told = await room(thing, machine).breaks()
        assert told.injected
        assert told.detail.startswith("The request was lost. Whether something is broken is not known")
        assert len(machine.watchdogs()) == 1
    finally:
        machine.end_watchdogs()


async def test_undone_without_a_record(thing: Thing, machine: Machine, tmp_path: Path) -> None:
    """On another machine, or after its record is gone: what is not of this machine is undone by the list, the rest only
    seen to be whole; and what the list has no more was not broken."""
    undo = Request(method="DELETE", url=f"http://127.0.0.1:{thing.port}/faults/{{fault}}")
    entries = (entry(Requests(inject=undo, undo=undo), healthy=thing.healthy, target="flag"), thing.entry())
    flag = room(thing, machine, *entries, driver="http", target="flag", mode="down")
    assert "DELETE" in await flag.undone()
    assert (await room(thing, machine, *entries).undone()).startswith("nothing was broken on this machine; http")
    gone = entry(Hosts(names=("x",), file=str(tmp_path / "hosts")), target="hosts", healthy=thing.healthy)
    assert "it was not broken" in await room(thing, machine, gone, driver="netem", target="none", mode="loss").undone()
    thing.processes()[0].kill()
    later = await room(thing, machine, *entries).undoes()
    assert isinstance(later, Later)


async def test_preflight(thing: Thing, machine: Machine) -> None:
    """Preflight says whether it could be broken and undone, who may approve it, and touches nothing."""
    mine = room(thing, machine).breaking
    found = await mine.ready("process", "thing", "kill")
    assert (found.ready, found.owners, found.environment) == (True, ("U1",), "staging")
    assert "can start it again; http" in found.detail
    assert not (await mine.ready("process", "another", "kill")).ready
    assert (await mine.ready("pretend", "another", "down")).ready
    assert mine.by_hand("process", "thing", "kill").startswith("cd / && ")
    thing.processes()[0].kill()
    gone = await mine.ready("process", "thing", "kill")
    assert (gone.ready, gone.owners) == (False, ("U1",))
    assert gone.detail.startswith("No process has the command line")
    assert not machine.folder.exists()


async def test_pretending_leaves_nothing(thing: Thing, machine: Machine) -> None:
    """`pretend` needs no list, no watchdog and no folder."""
    mine = room(thing, machine, driver="pretend", target="databases/east", mode="down")
    assert (await mine.breaks()).detail.startswith("pretended: databases/east is down")
    assert (await mine.undone()).startswith("pretended: databases/east is no longer down")
    assert not machine.folder.exists()


def test_names_of_bots() -> None:
    """The name of a bot tells databases apart and says nothing of them."""
    one, two = keeper_name("postgresql://warroom:secret@db/a"), keeper_name("postgresql://warroom:secret@db/b")
    assert one != two
    assert one.isalnum()
    assert len(one) == 8


# --- at the last moment, on another machine, and when what is known is little


class Slowly:
    """A driver as another, in front of which something happens while it looks whether it is ready."""

    def __init__(self, real: Driver, meanwhile: Callable[[], None]) -> None:
        self._real, self._meanwhile = real, meanwhile

    async def ready(self, order: Order) -> str:
        found = await self._real.ready(order)
        self._meanwhile()
        return found

    async def inject(self, order: Order) -> str:
        return await self._real.inject(order)

    async def undo(self, order: Order) -> str:
        return await self._real.undo(order)

    def by_hand(self, order: Order) -> str:
        return self._real.by_hand(order)


async def test_something_real_while_it_is_being_prepared(thing: Thing, machine: Machine) -> None:
    """What begins to stand against it after the looks and before the breaking keeps it from being broken."""
    rooms = Rooms()

    def an_incident_opens() -> None:
        rooms.against = "A real incident is open."

    slowly = Slowly(machine.drivers["process"], an_incident_opens)
    careful = Machine(machine.folder, drivers={"process": slowly})
    told = await room(thing, careful, rooms=rooms).breaks()
    assert (told.injected, told.detail) == (False, "A real incident is open.")
    assert thing.answers()
    assert len(thing.starts()) == 1


async def test_something_real_after_an_attempt_that_may_have_broken_it(thing: Thing, machine: Machine) -> None:
    """When an earlier attempt may have broken it and now it may not be, it is made whole, not just called unbroken."""
    mine = room(thing, machine)
    await mine.breaks()
    (machine.record(mine.name).folder / "injected.json").unlink()  # it ended before it could note that
    told = await room(thing, machine.another(), rooms=Rooms(against="A real incident is open.")).breaks()
    assert not told.injected
    assert told.detail.startswith("A real incident is open. An earlier attempt may have broken it; that was undone.")
    await eventually(thing.answers)


async def test_broken_on_another_machine(thing: Thing, machine: Machine, tmp_path: Path) -> None:
    """What was broken on one machine is not whole because another machine's is: only the one that broke it says so."""
    mine = room(thing, machine, mode="stop", here="east")
    told = await mine.breaks()
    assert told.machine == "east"
    healthy_here = thing.entry(healthy=replace(thing.healthy, status=404, target=f"{thing.healthy.target}x"))
    west = room(thing, Machine(tmp_path / "west"), healthy_here, mode="stop", here="west", known={"machine": "east"})
    later = await west.undoes()
    assert isinstance(later, Later)
    assert later.reason == "It was broken on east, and only a bot there can undo it."
    mine.known = {"machine": "east"}
    assert "goes on" in await mine.undone()


async def test_its_record_was_lost(thing: Thing, machine: Machine) -> None:
    """What this machine broke is undone by the list when its record is gone with the folder."""
    mine = room(thing, machine)
    mine.known = {"machine": (await mine.breaks()).machine}
    machine.end_watchdogs()
    await machine.no_watchdog()
    machine.record(mine.name).remove()
    assert "was started" in await mine.undone()


async def test_two_databases_of_one_name(thing: Thing, machine: Machine) -> None:
    """A fault of a room whose number and database's name somebody had before is another fault."""
    first = room(thing, machine, uid="0190-aaaaaaaaaaaa")
    await first.breaks()
    await first.undone()
    second = room(thing, machine, uid="0190-bbbbbbbbbbbb")
    assert (await second.breaks()).injected
    await second.undone()


async def test_the_command_is_always_told(thing: Thing, machine: Machine) -> None:
    """A person gets the command also when the bot may not believe its own folder any more."""
    rooms = Rooms()
    mine = room(thing, machine, mode="stop", rooms=rooms)
    await mine.breaks()
    machine.folder.chmod(0o755)
    await mine.undoes(failing=PATIENCE)
    machine.folder.chmod(0o700)
    (told,) = rooms.told
    assert isinstance(told, c.RecordRollback)
    assert "is open to others" in told.detail
    assert " To undo it by hand: pkill -CONT -f -x " in told.detail
    await mine.undone()


async def test_broken_and_no_longer_on_the_list(thing: Thing, machine: Machine) -> None:
    """What the timeline says was broken is not called unbroken because the list does not have it any more."""
    later = await room(thing, machine, driver="http", target="flag", mode="down", known={"injected": True}).undoes()
    assert isinstance(later, Later)
    assert later.reason == "flag is not on the operator's list any more, nor on record here."


class Halfway:
    """A driver that breaks, fails, and believes that there is nothing to be undone."""

    def __init__(self, real: Driver) -> None:
        self._real = real

    async def ready(self, order: Order) -> str:
        return "ready"

    async def inject(self, order: Order) -> str:
        await self._real.inject(order)
        raise FaultFailed("It was told to end and has not.")

    async def undo(self, order: Order) -> str:
        return "it runs"

    def by_hand(self, order: Order) -> str:
        return self._real.by_hand(order)


async def test_half_broken_is_seen_to_be_whole_or_owed(thing: Thing, machine: Machine) -> None:
    """What was broken halfway and undone at once counts as broken until it was seen to be whole."""
    halfway = Machine(machine.folder, drivers={"process": Halfway(machine.drivers["process"])})
    told = await room(thing, halfway).breaks()
    assert told.injected
    assert "What may have been done was undone. It was undone, but thing is not whole" in told.detail
    assert "was started" in await room(thing, machine, known={"machine": "east"}).undone()
