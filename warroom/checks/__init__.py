"""Checks: looking at the world for a runbook's `check` step. One file for each kind.

Whatever the world does, the answer is a finding in a sentence; nothing here raises because something is down. To add a
kind: its probe in `core.probes`, a file here like its neighbours, its line in `_look`, a heading in the docs.
"""

import logging
from collections.abc import Callable, Iterable, Mapping

from warroom.checks import command, http, promql, tcp
from warroom.checks.finding import Finding, World
from warroom.core.allowed import Allowed
from warroom.core.probes import KINDS, Command, Dns, Http, Probe, Promql, Tcp
from warroom.outside.guard import Guard
from warroom.outside.redacting import redact

log = logging.getLogger(__name__)

Resolve = Callable[[str], str | None]

LOOKS = tuple(KINDS)


async def look(
    probe: Probe,
    *,
    resolve: Resolve,
    guard: Guard,
    allowed: Allowed | None = None,
    environment: Mapping[str, str] | None = None,
    secrets: Iterable[str] = (),
) -> Finding:
    """What the probe finds. `resolve` says where a target answers (`Catalogue.endpoint`), None when nobody knows.

    `allowed` is the operator's list of programs, `environment` the bot's own, of which that list hands out a part;
    `secrets` are kept out of the sentence. Raises nothing, whatever the world does.
    """
    known = tuple(secrets)
    world = World(guard=guard, allowed=allowed or Allowed(), environment=environment or {}, secrets=known)
    try:
        finding = await _look(probe, resolve, world)
    except Exception as error:  # ours, or a library's: nothing was seen, and a walk must not stand still for it
        log.exception("a %s check failed", probe.word)
        finding = Finding(False, f"{probe.shown} could not be looked at ({type(error).__name__}; the log has more).")
    return Finding(finding.holds, redact(finding.detail, known))


async def _look(probe: Probe, resolve: Resolve, world: World) -> Finding:
    match probe:
        case Dns():
            from warroom.checks import dns  # with its library, which takes longer to import than everything else here

            return await dns.look(probe, world)
        case Command():
            return await command.look(probe, world)
    address = resolve(probe.target)
    if address is None:
        return Finding(False, f"The catalogue has no endpoint {probe.target!r}; write it as service/endpoint.")
    if address.startswith(("stand-in:", "stand-in-tcp:")):
        return Finding(False, _only_in_the_demo(probe, address))
    match probe:
        case Http():
            return await http.look(probe, address, world)
        case Tcp():
            return await tcp.look(probe, address, world)
        case Promql():
            return await promql.look(probe, address, world)


def _only_in_the_demo(probe: Http | Tcp | Promql, address: str) -> str:
    instead = "db.example.org:5432" if probe.word == "tcp" else "https://db.example.org/healthz"
    return (
        f"{address} is a part of the demo's stand-in system, which does not run here. "
        f"Put your own address in the catalogue for {probe.target}, such as {instead}"
    )


__all__ = ["LOOKS", "Finding", "Guard", "Resolve", "look"]
