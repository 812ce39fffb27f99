"""What a machine can look at, one file per kind, listed by hand. `warroom.checks` does the looking."""

from warroom.core.probes.command import Command
from warroom.core.probes.dns import Dns
from warroom.core.probes.http import Http
from warroom.core.probes.promql import Promql
from warroom.core.probes.tcp import Tcp

Probe = Http | Tcp | Dns | Command | Promql
KINDS: dict[str, type[Http] | type[Tcp] | type[Dns] | type[Command] | type[Promql]] = {
    kind.word: kind for kind in (Http, Tcp, Dns, Command, Promql)
}

__all__ = ["KINDS", "Command", "Dns", "Http", "Probe", "Promql", "Tcp"]
