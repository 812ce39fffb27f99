"""Names: against a real name server on loopback, which is dnspython's other half."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from warroom.checks import Finding, Guard, look
from warroom.core.probes import Dns

ZONE = {
    ("db.example.org.", "A"): ["192.0.2.1", "192.0.2.2"],
    ("db.example.org.", "AAAA"): ["2001:db8::1"],
    ("www.example.org.", "CNAME"): ["Db.example.org."],
    ("example.org.", "MX"): ["10 mail.example.org.", "20 mail2.example.org."],
    ("example.org.", "NS"): ["ns1.example.org."],
    ("example.org.", "TXT"): ['"v=spf1 -all"', '"one " "and two"'],
    ("_sip._tcp.example.org.", "SRV"): ["0 5 5060 sip.example.org."],
    ("example.org.", "CAA"): ['0 issue "letsencrypt.org"'],
    ("big.example.org.", "TXT"): [f'"{n} {"x" * 200}"' for n in range(20)],
    ("evil.example.org.", "TXT"): ['"\\027[31m<!channel>"'],
}


def answered(query: dns.message.Message) -> dns.message.Message:
    """What the zone says, as a server would: the records, none of that kind, no such name, or a failure."""
    reply = dns.message.make_response(query)
    name, kind = query.question[0].name.to_text().lower(), dns.rdatatype.to_text(query.question[0].rdtype)
    if name.startswith("broken."):
        reply.set_rcode(dns.rcode.SERVFAIL)
    elif (name, kind) in ZONE:
        reply.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, ZONE[name, kind]))
    elif not any(known == name for known, _ in ZONE):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


class Datagrams(asyncio.DatagramProtocol):
    """Over UDP: silence for `silent.`, nonsense for `nonsense.`, and `ask again by TCP` where it is too much."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        if name.startswith("silent."):
            return
        if name.startswith("nonsense."):
            self.transport.sendto(b"\x00\x01nonsense", address)
            return
        reply = answered(query)
        if len(reply.to_wire(max_size=65_535)) > 1_232:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        self.transport.sendto(reply.to_wire(), address)


async def by_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    size = int.from_bytes(await reader.readexactly(2))
    wire = answered(dns.message.from_wire(await reader.readexactly(size))).to_wire()
    writer.write(len(wire).to_bytes(2) + wire)
    writer.close()


@asynccontextmanager
async def naming() -> AsyncIterator[str]:
    """A name server on loopback: its `host:port`."""
    server = await asyncio.start_server(by_tcp, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Datagrams, local_addr=("127.0.0.1", port))
    async with server:
        yield f"127.0.0.1:{port}"
    transport.close()


async def see(name: str, record: str = "A", *answers: str, within: float = 5, **more: Any) -> Finding:
    async with naming() as server:
        probe = Dns(name=name, record=record, answers=answers, server=server, within=timedelta(seconds=within))
        return await look(probe, resolve=lambda target: None, guard=Guard(allow=more.get("allow", {server})))


@pytest.mark.parametrize(
    ("name", "record", "answers", "shown"),
    [
        ("db.example.org", "A", ("192.0.2.2",), "192.0.2.1, 192.0.2.2"),
        ("DB.Example.org.", "A", ("192.0.2.2", "192.0.2.1"), "192.0.2.1, 192.0.2.2"),
        ("db.example.org", "AAAA", ("2001:0DB8:0::1",), "2001:db8::1"),
        ("www.example.org", "CNAME", ("db.example.org.",), "Db.example.org"),
        ("example.org", "MX", ("10 Mail.example.org",), "10 mail.example.org, 20 mail2.example.org"),
        ("example.org", "NS", ("ns1.example.org",), "ns1.example.org"),
        ("example.org", "TXT", ("one and two",), "one and two, v=spf1 -all"),
        ("_sip._tcp.example.org", "SRV", ("0 5 5060 sip.example.org",), "0 5 5060 sip.example.org"),
        ("example.org", "CAA", ("0 issue letsencrypt.org",), '0 issue "letsencrypt.org"'),
        ("example.org", "CAA", ('0 issue "letsencrypt.org"',), '0 issue "letsencrypt.org"'),
        ("db.example.org", "A", (), "192.0.2.1, 192.0.2.2"),
    ],
)
async def test_records(name: str, record: str, answers: tuple[str, ...], shown: str) -> None:
    """Every kind of record is understood and compared as people write it."""
    finding = await see(name, record, *answers)
    assert finding.holds
    assert finding.detail.startswith(f"{record} {name} answered in ")
    assert finding.detail.endswith(f": {shown}.")


@pytest.mark.parametrize(
    ("name", "record", "answers", "ending"),
    [
        ("db.example.org", "A", ("192.0.2.1", "192.0.2.9"), "; expected 192.0.2.9 among them."),
        ("example.org", "TXT", ("V=SPF1 -ALL",), "; expected V=SPF1 -ALL among them."),
        ("db.example.org", "MX", (), "db.example.org has no MX record."),
        ("gone.example.org", "A", (), "gone.example.org does not exist (DNS: NXDOMAIN)."),
        ("broken.example.org", "A", (), "A broken.example.org could not be answered: SERVFAIL."),
    ],
)
async def test_what_does_not_hold(name: str, record: str, answers: tuple[str, ...], ending: str) -> None:
    """An answer that is missing, no record, no name and a failing server are told apart."""
    finding = await see(name, record, *answers)
    assert not finding.holds
    assert finding.detail.endswith(ending)


@pytest.mark.parametrize("name", ["silent.example.org", "nonsense.example.org"])
async def test_too_late(name: str) -> None:
    """A server that is silent, or talks nonsense, is given the time that was named."""
    finding = await see(name, within=0.3)
    assert not finding.holds
    assert finding.detail == f"A {name} did not answer within 300 ms."


async def test_long_answers_come_by_tcp() -> None:
    """What does not fit into a datagram is asked for again, and shown in part."""
    finding = await see("big.example.org", "TXT", f"7 {'x' * 200}")
    assert finding.holds
    assert finding.detail.endswith("and 15 more.")


async def test_answers_are_only_text() -> None:
    """A record may hold anything; what is shown of it prints."""
    finding = await see("evil.example.org", "TXT")
    assert finding.holds
    assert finding.detail.isprintable()


@pytest.mark.parametrize("name", ["", "a" * 64 + ".example", "..", "a..b", "x" * 300, "\ud800.example", "a b", "\\999"])
async def test_impossible_names(name: str) -> None:
    """A name that cannot be one is a finding, never an error."""
    finding = await see(name, within=0.5)
    assert not finding.holds


@pytest.mark.parametrize(
    "server", ["127.0.0.1", "127.0.0.1:5353", "localhost", "169.254.169.253", "[::1]:53", "10.0.0.2"]
)
async def test_servers_are_guarded(server: str) -> None:
    """A name server that a runbook names must be public or allowed; the sentence names the setting."""
    own = {str(each) for each in dns.resolver.Resolver().nameservers}
    if server in own:
        pytest.skip("it is this machine's own resolver, which may be asked")
    finding = await look(Dns(name="x.example", server=server), resolve=lambda target: None, guard=Guard())
    assert not finding.holds
    assert f"The name server {server} was not looked at: it leads to " in finding.detail
    assert "to WARROOM_CHECKS_ALLOW." in finding.detail


async def test_another_port_is_not_allowed() -> None:
    """An allowed name server is allowed on its port only."""
    finding = await see("db.example.org", allow={"127.0.0.1:53"})
    assert not finding.holds
    assert "was not looked at" in finding.detail


@pytest.mark.parametrize("server", ["warroom.invalid", "a b", "x" * 300, "..", "db:port", ":"])
async def test_servers_that_are_none(server: str) -> None:
    """A server that is not there, or cannot be, is a finding."""
    probe = Dns(name="x.example", server=server, within=timedelta(seconds=3))
    assert not (await look(probe, resolve=lambda target: None, guard=Guard())).holds


async def test_the_machines_own_resolver() -> None:
    """Without a server the machine's own is asked; here it only matters that it may be, and that a finding comes."""
    probe = Dns(name="warroom.invalid", within=timedelta(seconds=2))
    finding = await look(probe, resolve=lambda target: None, guard=Guard())
    assert not finding.holds
    assert "not a public address" not in finding.detail
