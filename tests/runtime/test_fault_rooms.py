"""What keeps real faults from being broken is asked of the rooms as they are, not as they were."""

from collections.abc import Sequence

from tests.runtime.bench import incident
from warroom.core import commands as c
from warroom.core.allowed import Allowed, Freeze
from warroom.core.faults import FaultState, Target
from warroom.core.readiness import Finding
from warroom.definitions.loader import read_scenario
from warroom.runtime.handle import Handled, Runtime
from warroom.watching import FaultRooms

SCENARIO = """
scenario: 1
id: real
title: Something real
briefing: It is a shop.
environments:
  staging:
    title: Staging
injects:
  - id: gone
    title: It is gone
    at: T+0m
    announce: It is gone.
    fault:
      driver: process
      target: redis
      mode: kill
      lasts: 10m
"""
REDIS = Target(target="redis", driver="process", modes=("kill",), owners=("olga",), environment="staging")


async def broken(runtime: Runtime) -> Handled:
    """A game that has just asked for something real to be broken."""

    def make(key: str) -> Sequence[c.Command]:
        return [
            c.OpenGame(
                by="harriet",
                key=key,
                workspace="T1",
                scenario=read_scenario(SCENARIO, "real.yaml"),
                players=("ana",),
                breakable=(REDIS,),
                environment="staging",
            ),
            c.ApproveFault(by="olga", target="redis"),
            c.AskPreflight(by="harriet"),
            c.RecordPreflight(attempt=1, findings=(Finding(what="all", holds=True),)),
            c.SayGo(by="harriet", role="dungeon master", go=True),
            c.StartGame(by="harriet"),
        ]

    return await runtime.open(make, workspace="T1", kind="game-day", mode="drill")


async def test_what_stands_against_it(runtime: Runtime) -> None:
    """A real incident, a freeze, a withdrawn approval and a call of NO DUFF each keep it from being broken."""
    room = (await broken(runtime)).id
    asks = FaultRooms(runtime, Allowed())
    assert await asks.why_not(room, "F1") == ""
    today = f"{runtime.clock.now():%Y-%m-%d}"
    frozen = Allowed(freezes=(Freeze(first=today, last=today, why="A launch."),))
    assert await FaultRooms(runtime, frozen).why_not(room, "F1") == "Nothing is broken now: A launch."
    await runtime.handle(room, c.WithdrawApproval(by="olga", target="redis"))
    assert (await asks.why_not(room, "F1")).startswith("No owner of redis has approved it")
    await runtime.handle(room, c.CallEmergency(by="ana", words="NO DUFF", channel=""))
    assert (await asks.why_not(room, "F1")).startswith("Its rollback was asked for before it began")
    await incident(runtime)
    assert (await asks.why_not(room, "F1")).startswith("A real incident is open")


async def test_what_is_told(runtime: Runtime) -> None:
    """That a person must undo it, and later that it is whole after all, is each told once."""
    room = (await broken(runtime)).id
    asks = FaultRooms(runtime, Allowed())
    await runtime.handle(room, c.EndGame(by="harriet", reason=""))
    for _ in range(2):
        await asks.tell(room, c.RecordRollback(fault="F1", undone=False, detail="By hand."))
    assert (await runtime.room(room)).faults["F1"].state is FaultState.STUCK
    await asks.tell(room, c.RecordRollback(fault="F1", undone=True, detail="whole"))
    assert (await runtime.room(room)).faults["F1"].whole
