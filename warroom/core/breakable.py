"""What may be broken on purpose: the `breakable` section of the operator's allow-list (core.allowed).

Whoever may write a scenario must not thereby break things. A scenario's fault names a driver, a target and a mode; all
three must stand in one entry of this list, and how it is broken, and made whole again, is said here and nowhere else.
`pretend` breaks nothing that is real and needs no entry.

Each driver's fields are a dataclass with its word, its modes and its `parse`; `warroom.faults` does the breaking. To add
one: a dataclass like its neighbours, its line in `KINDS`, a file in `warroom.faults`, a heading in the docs.
"""

import re
import shlex
from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import ClassVar

from warroom.core.actions import METHODS
from warroom.core.declaring import dataclass
from warroom.core.probes import KINDS as PROBES
from warroom.core.probes import Probe
from warroom.core.reading import Fields

PRETEND = "pretend"
STAGING = "staging"
LONGEST = timedelta(minutes=15)
ALONE = timedelta(seconds=60)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ADDRESS = re.compile(r"https?://[^/{}?#\s]+(?:[/?#][^\s]*)?")
_PLACEHOLDER = re.compile(r"\{(?!secret:|mode\}|fault\}|seconds\})[a-z]+\}")
_INTERFACE = re.compile(r"[^\s/]{1,15}")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_NUMERIC = re.compile(r"[0-9a-fA-F:.]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Pretended:
    """Nothing real. It has no entry in the list."""

    word: ClassVar[str] = PRETEND
    modes: ClassVar[tuple[str, ...]] = ("down", "slow", "errors")
    local: ClassVar[bool] = False

    def variables(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Process:
    """One process of the bot's machine, known by its whole command line, and how it is started again."""

    word: ClassVar[str] = "process"
    modes: ClassVar[tuple[str, ...]] = ("stop", "terminate", "kill")
    local: ClassVar[bool] = True
    argv: tuple[str, ...]
    pid_file: str = ""
    start: tuple[str, ...] = ()
    folder: str = ""
    environment: tuple[str, ...] = ()

    @property
    def starts(self) -> tuple[str, ...]:
        """What is run to have it back."""
        return self.start or self.argv

    def variables(self) -> tuple[str, ...]:
        """The variables of the bot's environment that undoing needs."""
        return self.environment

    @classmethod
    def parse(cls, fields: Fields) -> "Process":
        parsed = cls(
            argv=fields.words("argv", help="Its command line, word by word, exactly as the system shows it."),
            pid_file=fields.text("pid_file", default="", help="A file whose first line is its number."),
            start=fields.words("start", help="The program that starts it again; `argv` itself when absent."),
            folder=fields.text("folder", default="", help="The folder it is started in; `/` when absent."),
            environment=fields.words("environment", help="Variables of the bot's environment that it is started with."),
        )
        if not parsed.argv:
            fields.problem("argv", "`argv` is missing; write the command line of the process, word by word")
        elif not parsed.starts[0].startswith("/"):
            key = "start" if parsed.start else "argv"
            fields.problem(key, f"`{parsed.starts[0]}` is not an absolute path; what starts it again must be one")
        _must_be_absolute(fields, "pid_file", parsed.pid_file)
        _must_be_absolute(fields, "folder", parsed.folder)
        _must_be_variables(fields, "environment", parsed.environment)
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request. `{mode}`, `{fault}` and `{seconds}` are filled in, a header takes a secret as `{secret:NAME}`."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @classmethod
    def parse(cls, fields: Fields) -> "Request":
        parsed = cls(
            method=fields.word("method", METHODS, default="POST", help="The HTTP method."),
            url=fields.text("url", help="Where it goes. `{mode}`, `{fault}` and `{seconds}` may stand in its path."),
            headers=dict(fields.pairs("headers", help="Headers; a secret is named as `{secret:NAME}`, never written.")),
            body=fields.text("body", default="", help="The body; the same three may stand in it."),
        )
        _must_be_an_address(fields, "url", parsed.url)
        for text in (parsed.url, parsed.body):
            for found in _PLACEHOLDER.findall(text):
                fields.problem("", f"`{found}` is not known here; there are {{mode}}, {{fault}} and {{seconds}}")
            if "{secret:" in text:
                fields.problem(
                    "", "a secret stands in a header, and nowhere else: here it would be sent as it is written"
                )
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Requests:
    """Whatever can be broken and mended by a request each: an injector's API, a feature flag, a load balancer."""

    word: ClassVar[str] = "http"
    modes: ClassVar[tuple[str, ...]] = ("down", "slow", "errors")
    local: ClassVar[bool] = False
    inject: Request
    undo: Request
    secrets: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> tuple[str, ...]:
        return tuple(self.secrets.values())

    @classmethod
    def parse(cls, fields: Fields) -> "Requests":
        inject, undo = fields.part("inject", help="What breaks it."), fields.part("undo", help="What makes it whole.")
        if inject is None:
            fields.problem("inject", "`inject` is missing; write the request that breaks it")
        if undo is None:
            fields.problem("undo", "`undo` is missing; what cannot be undone must not be broken")
        nothing = Request(method="POST", url="")
        parsed = cls(
            inject=Request.parse(inject) if inject else nothing,
            undo=Request.parse(undo) if undo else nothing,
            secrets=dict(fields.pairs("secrets", help="A name for headers, and the variable that holds it.")),
        )
        _must_be_variables(fields, "secrets", tuple(parsed.secrets.values()))
        for value in (*parsed.inject.headers.values(), *parsed.undo.headers.values()):
            for name in re.findall(r"\{secret:([^{}]*)\}", value):
                if name not in parsed.secrets:
                    fields.problem("secrets", f"a header names the secret `{name}`, which is not there; add it")
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Toxiproxy:
    """One proxy of a Toxiproxy. Which of the numbers counts depends on the mode, which is Toxiproxy's own word for it."""

    word: ClassVar[str] = "toxiproxy"
    modes: ClassVar[tuple[str, ...]] = (
        "down",
        "latency",
        "bandwidth",
        "slow_close",
        "timeout",
        "reset_peer",
        "limit_data",
    )
    local: ClassVar[bool] = False
    api: str
    proxy: str
    stream: str = "downstream"
    latency_ms: int = 1000
    jitter_ms: int = 0
    rate_kb: int = 10
    delay_ms: int = 1000
    timeout_ms: int = 0
    bytes: int = 1024

    def variables(self) -> tuple[str, ...]:
        return ()

    def attributes(self, mode: str) -> Mapping[str, int]:
        """The toxic's attributes, as its documentation names them."""
        return {
            "latency": {"latency": self.latency_ms, "jitter": self.jitter_ms},
            "bandwidth": {"rate": self.rate_kb},
            "slow_close": {"delay": self.delay_ms},
            "timeout": {"timeout": self.timeout_ms},
            "reset_peer": {"timeout": self.timeout_ms},
            "limit_data": {"bytes": self.bytes},
        }.get(mode, {})

    @classmethod
    def parse(cls, fields: Fields) -> "Toxiproxy":
        parsed = cls(
            api=fields.text("api", default="http://127.0.0.1:8474", help="The address of its API."),
            proxy=fields.text("proxy", help="The name of the proxy."),
            stream=fields.word("stream", ("downstream", "upstream"), default="downstream", help="Which way is broken."),
            latency_ms=fields.whole("latency_ms", default=1000, help="`latency`: the delay of all data."),
            jitter_ms=fields.whole("jitter_ms", default=0, help="`latency`: by how much the delay varies."),
            rate_kb=fields.whole("rate_kb", default=10, least=1, help="`bandwidth`: kilobytes a second."),
            delay_ms=fields.whole("delay_ms", default=1000, help="`slow_close`: how much later connections close."),
            timeout_ms=fields.whole(
                "timeout_ms", default=0, help="`timeout`, `reset_peer`: after how long; 0 for each."
            ),
            bytes=fields.whole("bytes", default=1024, help="`limit_data`: how much passes before it closes."),
        )
        _must_be_an_address(fields, "api", parsed.api)
        if not re.fullmatch(r"[A-Za-z0-9_.~-]+", parsed.proxy):
            fields.problem(
                "proxy", f"`{parsed.proxy}` cannot stand in an address; name the proxy with letters and digits"
            )
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """Names that lead elsewhere, by a block in a hosts file of the bot's machine."""

    word: ClassVar[str] = "hosts"
    modes: ClassVar[tuple[str, ...]] = ("down",)
    local: ClassVar[bool] = True
    names: tuple[str, ...]
    file: str = "/etc/hosts"
    address: str = "192.0.2.1"

    def variables(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def parse(cls, fields: Fields) -> "Hosts":
        parsed = cls(
            names=fields.words("names", help="The names that lead elsewhere."),
            file=fields.text("file", default="/etc/hosts", help="The hosts file."),
            address=fields.text(
                "address", default="192.0.2.1", help="Where they lead; by default to an address that nobody has."
            ),
        )
        if not parsed.names:
            fields.problem("names", "`names` is missing; write the names that shall lead elsewhere")
        for name in parsed.names:
            if not _HOST_NAME.fullmatch(name):
                fields.problem("names", f"`{name}` is not the name of a host")
        if not _NUMERIC.fullmatch(parsed.address):
            fields.problem("address", f"`{parsed.address}` is not an address; a hosts file takes only numbers")
        _must_be_absolute(fields, "file", parsed.file)
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Netem:
    """All that leaves one interface of the bot's machine, delayed or lost by the kernel."""

    word: ClassVar[str] = "netem"
    modes: ClassVar[tuple[str, ...]] = ("delay", "loss")
    local: ClassVar[bool] = True
    interface: str
    delay_ms: int = 300
    jitter_ms: int = 0
    loss_percent: int = 20
    program: str = "tc"

    def variables(self) -> tuple[str, ...]:
        return ()

    @classmethod
    def parse(cls, fields: Fields) -> "Netem":
        parsed = cls(
            interface=fields.text("interface", help="The network interface, such as `eth1`."),
            delay_ms=fields.whole("delay_ms", default=300, help="`delay`: milliseconds."),
            jitter_ms=fields.whole("jitter_ms", default=0, help="`delay`: by how much it varies."),
            loss_percent=fields.whole("loss_percent", default=20, least=1, help="`loss`: how much is lost."),
            program=fields.text("program", default="tc", help="The program `tc`, when it is not on the PATH."),
        )
        if not _INTERFACE.fullmatch(parsed.interface) or parsed.interface.startswith("-"):
            fields.problem("interface", f"`{parsed.interface}` is not the name of an interface")
        _must_be_a_program(fields, parsed.program)
        if parsed.loss_percent > 100:
            fields.problem("loss_percent", "`loss_percent` is more than 100")
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class ChaosToolkit:
    """An experiment of the Chaos Toolkit, run as a program of its own. `undo` is an experiment that makes it whole."""

    word: ClassVar[str] = "chaostoolkit"
    modes: ClassVar[tuple[str, ...]] = ("run",)
    local: ClassVar[bool] = True
    experiment: str
    undo: str = ""
    program: str = "chaos"
    folder: str = ""
    environment: tuple[str, ...] = ()

    def variables(self) -> tuple[str, ...]:
        return self.environment

    @classmethod
    def parse(cls, fields: Fields) -> "ChaosToolkit":
        parsed = cls(
            experiment=fields.text("experiment", help="The experiment, an absolute path."),
            undo=fields.text(
                "undo", default="", help="An experiment that makes it whole; its own rollbacks when absent."
            ),
            program=fields.text("program", default="chaos", help="The program `chaos`, when it is not on the PATH."),
            folder=fields.text("folder", default="", help="The folder it is run in; `/` when absent."),
            environment=fields.words("environment", help="Variables of the bot's environment that it is given."),
        )
        for key, path in (("experiment", parsed.experiment), ("undo", parsed.undo), ("folder", parsed.folder)):
            _must_be_absolute(fields, key, path)
        _must_be_a_program(fields, parsed.program)
        _must_be_variables(fields, "environment", parsed.environment)
        return parsed


How = Pretended | Process | Requests | Toxiproxy | Hosts | Netem | ChaosToolkit
KINDS: dict[str, type[Process] | type[Requests] | type[Toxiproxy] | type[Hosts] | type[Netem] | type[ChaosToolkit]] = {
    kind.word: kind for kind in (Process, Requests, Toxiproxy, Hosts, Netem, ChaosToolkit)
}
DRIVERS: tuple[str, ...] = (PRETEND, *KINDS)
MODES: Mapping[str, tuple[str, ...]] = {PRETEND: Pretended.modes, **{word: kind.modes for word, kind in KINDS.items()}}
EVERY_MODE: tuple[str, ...] = tuple(dict.fromkeys(mode for modes in MODES.values() for mode in modes))


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakable:
    """One entry: what it is called, how it is broken, who may approve that, and how one sees that it is whole.

    `alone` is how long a fault outlives a bot that gives no sign of life.
    """

    target: str
    how: How
    modes: tuple[str, ...]
    environment: str = STAGING
    owners: tuple[str, ...] = ()
    longest: timedelta = LONGEST
    alone: timedelta = ALONE
    healthy: Probe | None = None

    @property
    def driver(self) -> str:
        return self.how.word

    @property
    def real(self) -> bool:
        """Whether something can truly break."""
        return self.driver != PRETEND

    @classmethod
    def parse(cls, fields: Fields) -> "Breakable":
        kind = KINDS[fields.kind(tuple(KINDS))]
        inner = fields.part(kind.word, help=f"It is broken by {kind.word}.")
        parsed = cls(
            target=fields.text("target", help="What scenarios call it, such as `redis/primary`."),
            how=kind.parse(inner or fields),
            modes=fields.words("modes", help="The ways in which it may be broken; the driver's page has them."),
            environment=fields.text("environment", default=STAGING, help="Where it is, such as `staging`."),
            owners=fields.words("owners", help="Slack ids of those who may approve; at least one."),
            longest=fields.length("longest", default=LONGEST, help="No fault here lasts longer."),
            alone=fields.length("alone", default=ALONE, help="It is undone when the bot was not heard of for so long."),
            healthy=_healthy(fields),
        )
        _judge(parsed, fields)
        return parsed


@dataclass(frozen=True, kw_only=True, slots=True)
class Breakables:
    """The section. Nothing, unless somebody has said otherwise."""

    entries: tuple[Breakable, ...] = ()

    def named(self, target: str) -> Breakable | None:
        return next((each for each in self.entries if each.target == target), None)

    def entry(self, driver: str, target: str, mode: str) -> Breakable | None:
        """What allows this breakage; None when nothing does. `pretend` is always allowed, in its modes."""
        if self.refusal(driver, target, mode):
            return None
        return (
            Breakable(target=target, how=Pretended(), modes=Pretended.modes)
            if driver == PRETEND
            else self.named(target)
        )

    def refusal(self, driver: str, target: str, mode: str) -> str:
        """Why this may not be broken so, and which line would change that; empty when it may."""
        if driver not in MODES:
            return f"There is no driver `{driver}`; there are {', '.join(DRIVERS)}."
        if mode not in MODES[driver]:
            return f"`{driver}` does not know the mode `{mode}`; it has {', '.join(MODES[driver])}."
        found = self.named(target)
        if driver == PRETEND:
            return ""
        if found is None:
            return _not_listed(driver, target, mode)
        if found.driver != driver:
            return (
                f"The allow-list breaks {target} with `{found.driver}`, the scenario with `{driver}`. Nothing was "
                f"broken. Write `driver: {found.driver}` in the scenario, or have the operator change the entry."
            )
        if mode not in found.modes:
            return (
                f"The allow-list lets {target} be broken as {', '.join(found.modes)}, not as `{mode}`. Nothing was "
                f"broken. If it may be, the operator writes `modes: [{', '.join((*found.modes, mode))}]` there."
            )
        return ""


def parse_breakables(fields: Fields) -> Breakables:
    """The section `breakable` of the allow-list."""
    parts = fields.parts("breakable", help="What a game day may truly break.")
    entries = tuple(Breakable.parse(each) for each in parts)
    names = [each.target for each in entries]
    for at, part in enumerate(parts):
        if names[at] in names[:at]:
            part.problem("target", f"two entries are called `{names[at]}`; give each a name of its own")
    return Breakables(entries=entries)


def _healthy(fields: Fields) -> Probe | None:
    inner = fields.part(
        "healthy", help="What is true when it is whole; looked at before it breaks and after it is undone."
    )
    if inner is None:
        fields.problem(
            "healthy", "`healthy` is missing; say how one sees that it is whole, such as `tcp:` with a target"
        )
        return None
    how = inner.kind(tuple(PROBES))
    return PROBES[how].parse(inner.part(how, help="The target, and what counts as whole.") or inner)


def _judge(entry: Breakable, fields: Fields) -> None:
    if not entry.modes:
        fields.problem("modes", f"`modes` is missing; write some of {', '.join(entry.how.modes)}")
    for mode in entry.modes:
        if mode not in entry.how.modes:
            fields.problem("modes", f"`{entry.driver}` has no mode `{mode}`; it has {', '.join(entry.how.modes)}")
    if not entry.owners:
        fields.problem("owners", "`owners` is missing; name at least one who may approve that this breaks")
    if entry.alone < timedelta(seconds=1):
        fields.problem("alone", "`alone` is less than a second, in which no bot can be sure to be heard")


def _not_listed(driver: str, target: str, mode: str) -> str:
    return (
        f"{target} is not on the operator's list of what may be broken. Nothing was broken. If it may be, the operator "
        f"adds this, with its own fields, to the file that WARROOM_ALLOWED names:\n"
        f"breakable:\n  - target: {shlex.quote(target)}\n    {driver}: ...\n    modes: [{mode}]\n"
        f"    owners: [...]\n    healthy: ..."
    )


def _must_be_absolute(fields: Fields, key: str, path: str) -> None:
    if path and not path.startswith("/"):
        fields.problem(key, f"`{key}: {path}` is not an absolute path; begin it with `/`")


def _must_be_a_program(fields: Fields, program: str) -> None:
    """Not a path from a folder: the watchdog is in another."""
    if "/" in program and not program.startswith("/"):
        fields.problem("program", f"`program: {program}` is neither the name of a program nor an absolute path")


def _must_be_an_address(fields: Fields, key: str, url: str) -> None:
    if url and not _ADDRESS.fullmatch(url):
        fields.problem(key, f"`{url}` is not an http or https address with a host of its own")


def _must_be_variables(fields: Fields, key: str, names: tuple[str, ...]) -> None:
    for name in names:
        if not _VARIABLE.fullmatch(name):
            fields.problem(key, f"`{name}` is not the name of a variable; name it, without `$` and without its value")
