"""Where checks and acts may connect to: public addresses, and those that the operator allows.

A runbook names addresses, and whoever may write a runbook must not thereby reach the machine's own ports, the internal
network or the cloud's metadata service. What counts is the address that a socket is about to connect to, so no spelling
of it, no name that resolves to it and no name that resolves differently the second time gets around this.
"""

import errno
import ipaddress
import os
import socket
from collections.abc import Collection
from dataclasses import field
from typing import Any

from warroom.core.declaring import dataclass

SETTING = "WARROOM_CHECKS_ALLOW"

# family, type, protocol, canonical name and socket address, as getaddrinfo gives them
AddressInfo = tuple[int | socket.AddressFamily, int | socket.SocketKind, int, str, tuple[Any, ...]]
_IP = ipaddress.IPv4Address | ipaddress.IPv6Address

# Public by their number, but they hand out credentials or control: Azure's (WireServer), of its documentation.
_METADATA = {ipaddress.ip_address("168.63.129.16")}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


@dataclass(frozen=True, kw_only=True, slots=True)
class Guard:
    """`allow` holds `host:port` as the catalogue writes them, or `address:port`; it may grow while this is in use."""

    allow: Collection[str] = ()

    def door(self, host: str, port: int) -> "Door":
        """The way to one host and port, for one look."""
        return Door(host=host, port=port, allowed=join(host, port) in self.allow, guard=self)


@dataclass(kw_only=True, slots=True)
class Door:
    """Makes the sockets of one look, and remembers the addresses it would not go to."""

    host: str
    port: int
    allowed: bool
    guard: Guard
    refused: list[str] = field(default_factory=list)

    def socket(self, info: AddressInfo) -> socket.socket:
        """A socket to connect to this address. Raises PermissionError (an OSError) when it is not allowed."""
        family, kind, protocol, _, address = info
        ip, port = str(address[0]), int(address[1])
        if not self.admits(ip, port):
            self.refused.append(ip)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), ip)
        return socket.socket(family=family, type=kind, proto=protocol)

    def admits(self, ip: str, port: int) -> bool:
        """Whether this numeric address may be connected to on this port."""
        return self.allowed or join(ip, port) in self.guard.allow or is_public(ip)

    def sentence(self, shown: str, *, undone: str = "looked at", who: str = "checks") -> str:
        """Why `shown` was not looked at, and what to do about it."""
        there = join(self.host, self.port)
        return (
            f"{shown} was not {undone}: it leads to {self.refused[0]}, which is not a public address. "
            f"If {who} may go there, add {there} to {SETTING}."
        )


def join(host: str, port: int) -> str:
    """`host:port`; an IPv6 address goes into brackets, where its colons cannot be misread."""
    return f"[{host}]:{port}" if ":" in host else f"{host.lower().rstrip('.')}:{port}"


def is_public(address: str) -> bool:
    """Whether this numeric address is somewhere on the Internet, and no disguise of one that is not."""
    try:
        ip: _IP = ipaddress.ip_address(address)
    except ValueError:
        return False
    inner = _inner(ip)
    if inner is not None:
        return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _METADATA


def _inner(ip: _IP) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, if it is of such a kind."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
