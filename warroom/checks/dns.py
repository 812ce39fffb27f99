"""`dns`: one question to a name server; holds when there are records, and those that are wanted are among them.

A runbook may name the server, but not thereby reach the internal network: unless it is the machine's own resolver, its
address must be public or allowed. Names are absolute, /etc/hosts is not asked.
"""

import asyncio
import ipaddress
import socket

from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.exception import Timeout as DnsTimeout
from dns.rdata import Rdata
from dns.rdtypes.txtbase import TXTBase
from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers, NoResolverConfiguration

from warroom.checks.finding import Finding, World, brief, listed, patience, seconds_since, too_late, took, unreachable
from warroom.core.probes import Dns
from warroom.outside.guard import Door

_PORT = 53
_MOST = 200  # characters of one answer that are shown


async def look(probe: Dns, world: World) -> Finding:
    """Ask. All that may go wrong out there becomes a sentence."""
    began = asyncio.get_running_loop().time()
    door = _door(probe.server, world)
    try:
        async with asyncio.timeout(patience(probe).total_seconds()):
            resolver = await _resolver(door)
            answer = await resolver.resolve(
                probe.name, probe.record, search=False, lifetime=patience(probe).total_seconds()
            )
    except (TimeoutError, DnsTimeout):
        return too_late(_asked(probe), probe)
    except NXDOMAIN:
        return Finding(False, f"{brief(probe.name)} does not exist (DNS: NXDOMAIN).")
    except NoAnswer:
        return Finding(False, f"{brief(probe.name)} has no {probe.record} record.")
    except NoNameservers as error:
        return Finding(False, f"{_asked(probe)} could not be answered: {_refused(error)}.")
    except NoResolverConfiguration:
        return Finding(False, "This machine has no name server of its own; name one with `server`.")
    except (OSError, UnicodeError) as error:  # UnicodeError: a server's name that cannot be written in DNS
        reached = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, str(error))
        return unreachable(f"The name server {brief(probe.server)}", reached, door) if door else _odd(probe, error)
    except (DNSException, ValueError) as error:
        return _odd(probe, error)
    found = sorted(_written(each) for each in answer)
    return _judged(probe, found, seconds_since(began))


def _judged(probe: Dns, found: list[str], spent: float) -> Finding:
    said = f"{_asked(probe)} answered in {took(spent)}: {listed([brief(each, _MOST) for each in found], 5)}"
    there = {_compared(each, probe.record) for each in found}
    missing = [each for each in probe.answers if _compared(each, probe.record) not in there]
    if missing:
        return Finding(False, f"{said}; expected {listed([brief(each, _MOST) for each in missing], 5)} among them.")
    return Finding(True, f"{said}.")


def _asked(probe: Dns) -> str:
    return f"{probe.record} {brief(probe.name)}"


def _odd(probe: Dns, error: Exception) -> Finding:
    return Finding(False, f"{_asked(probe)} could not be asked for: {brief(str(error) or type(error).__name__, 120)}.")


def _refused(error: NoNameservers) -> str:
    """What the servers said, such as SERVFAIL; the library keeps a list of what happened with each of them."""
    tried = [str(each[3]) for each in error.kwargs.get("errors", ())]
    return listed([brief(each) for each in dict.fromkeys(tried)]) or "no name server answered"


def _door(server: str, world: World) -> Door | None:
    """The way to the server that is named; None for the machine's own."""
    if not server:
        return None
    host, port = _host_and_port(server)
    return world.guard.door(host, port)


def _host_and_port(server: str) -> tuple[str, int]:
    bare = server.strip()
    if bare.startswith("["):
        host, _, port = bare[1:].partition("]")
        return host, _number(port.removeprefix(":"))
    if bare.count(":") == 1:
        host, _, port = bare.partition(":")
        return host, _number(port)
    return bare, _PORT


def _number(port: str) -> int:
    return int(port) if port.isdecimal() and 0 < int(port[:6]) < 65_536 else _PORT


async def _resolver(door: Door | None) -> Resolver:
    """Asks the server behind this door. Raises OSError when there is no such server, or it may not be asked."""
    if door is None:
        return Resolver()
    address = await _address(door)
    resolver = Resolver(configure=False)
    resolver.nameservers = [address]
    resolver.port = door.port
    return resolver


async def _address(door: Door) -> str:
    infos = await asyncio.get_running_loop().getaddrinfo(door.host, door.port, type=socket.SOCK_DGRAM)
    for *_, place in infos:
        address = str(place[0])
        if door.admits(address, door.port) or (door.port == _PORT and address in _own()):
            return address
        door.refused.append(address)
    raise PermissionError(13, "not a public address", door.host)


def _own() -> set[str]:
    """The addresses of the machine's own resolvers."""
    try:
        return {each for each in map(str, Resolver().nameservers) if _is_address(each)}
    except DNSException:
        return set()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _written(record: Rdata) -> str:
    """As people write it: names without the last dot, the pieces of a TXT record as one text."""
    if isinstance(record, TXTBase):
        return b"".join(record.strings).decode("utf-8", errors="replace")
    return " ".join(_undotted(word) for word in record.to_text().split())


def _undotted(word: str) -> str:
    return word.removesuffix(".") or word


def _compared(answer: str, record: str) -> str:
    """The form in which two answers are the same: names in lower case, without the last dot. A text is as it is."""
    if record in ("TXT", "CAA"):
        return answer.replace('"', "") if record == "CAA" else answer
    if record in ("A", "AAAA") and _is_address(answer):
        return str(ipaddress.ip_address(answer))
    return " ".join(_undotted(word).lower() for word in answer.split())
