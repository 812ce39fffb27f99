"""What a machine can look at, one file per kind, listed by hand. `warroom.checks` does the looking."""

from warroom.core.probes.command import Command
from warroom.core.probes.dns import Dns
from warroom.core.probes.http import Http
from warroom.core.probes.promql import Promql
from warroom.core.probes.tcp import Tcp
from warroom.core.reading import Fields

Probe = Http | Tcp | Dns | Command | Promql
KINDS: dict[str, type[Http] | type[Tcp] | type[Dns] | type[Command] | type[Promql]] = {
    kind.word: kind for kind in (Http, Tcp, Dns, Command, Promql)
}


def read_probe(fields: Fields, key: str) -> Probe:
    """The look at the world at `key`: one kind of check, with its own fields. A missing one is a problem."""
    inner = fields.part(key, help="What to look at.")
    if inner is None:
        fields.problem(key, f"`{key}` is missing; write what to look at, such as `tcp: {{target: web/east}}`")
    within = inner or fields
    how = within.kind(tuple(KINDS))
    return KINDS[how].parse(within.part(how, help="The target, and what counts as holding.") or within)


__all__ = ["KINDS", "Command", "Dns", "Http", "Probe", "Promql", "Tcp", "read_probe"]
