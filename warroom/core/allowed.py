"""The operator's allow-list: which programs may be run, which URLs called, and what may be broken on purpose.

It is a file of its own (`allowed: 1`), because whoever may write a runbook must not thereby run programs. Every pattern
is a regular expression that must match the whole of what it stands for, after all values have been filled in.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime

from warroom.core.actions import METHODS, Action, CallUrl, RunCommand
from warroom.core.breakable import Breakables, parse_breakables
from warroom.core.declaring import dataclass
from warroom.core.probes import Command
from warroom.core.reading import Fields

CHECK, ACT = "check", "act"
SETTING = "WARROOM_ALLOWED"  # what names the file, for sentences that say where to add a line
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedCommand:
    """`argv` are patterns, one for each argument; the program itself is an absolute path or found on the PATH given here.

    `checks` and `acts` say what it may be run for, `drills` whether an act runs it in an exercise as well (otherwise the
    exercise only pretends). `environment` names the variables of the bot's own environment that it is given.
    """

    argv: tuple[str, ...]
    checks: bool = False
    acts: bool = False
    drills: bool = False
    environment: tuple[str, ...] = ()
    folder: str = ""

    def allows(self, argv: tuple[str, ...]) -> bool:
        return len(argv) == len(self.argv) and all(map(re.fullmatch, self.argv, argv))


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedUrl:
    """`secrets` maps a name that a header may mention to the environment variable that holds it."""

    methods: tuple[str, ...]
    url: str
    drills: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)

    def allows(self, method: str, url: str) -> bool:
        return method in self.methods and re.fullmatch(self.url, url) is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Freeze:
    """A time in which nothing is broken on purpose. Both ends are days, in UTC, and belong to it."""

    first: str
    last: str
    why: str

    def covers(self, now: datetime) -> bool:
        return self.first <= f"{now.astimezone(UTC):%Y-%m-%d}" <= self.last

    @classmethod
    def parse(cls, fields: Fields) -> "Freeze":
        freeze = cls(
            first=fields.text("first", help="The first day, such as `2026-12-20`, in quotation marks."),
            last=fields.text("last", help="The last day."),
            why=fields.text("why", help="Why, for whoever meets it."),
        )
        for key, day in (("first", freeze.first), ("last", freeze.last)):
            if day and not _DAY.fullmatch(day):
                fields.problem(key, f"`{key}: {day}` is not a day; write it as `2026-12-20`")
        if freeze.last < freeze.first:
            fields.problem("last", "it ends before it begins")
        return freeze


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """Nothing, unless somebody has said otherwise."""

    commands: tuple[AllowedCommand, ...] = ()
    urls: tuple[AllowedUrl, ...] = ()
    breakable: Breakables = field(default_factory=Breakables)
    freezes: tuple[Freeze, ...] = ()

    def frozen(self, now: datetime) -> Freeze | None:
        """What keeps everything from being broken at this time; None when nothing does."""
        return next((each for each in self.freezes if each.covers(now)), None)

    def command(self, argv: tuple[str, ...], purpose: str) -> AllowedCommand | None:
        """The first line of the list that allows this, for `check` or `act`; None when none does."""
        fits = (each for each in self.commands if (each.checks if purpose == CHECK else each.acts))
        return next((each for each in fits if each.allows(argv)), None)

    def url(self, call: CallUrl) -> AllowedUrl | None:
        return next((each for each in self.urls if each.allows(call.method, call.url)), None)

    def act(self, action: Action) -> AllowedCommand | AllowedUrl | None:
        """What allows this action, if anything does."""
        match action:
            case RunCommand(argv=argv):
                return self.command(argv, ACT)
            case CallUrl():
                return self.url(action)

    @classmethod
    def parse(cls, fields: Fields) -> "Allowed":
        parsed = cls(
            commands=tuple(_command(each) for each in fields.parts("commands", help="Programs that may be run.")),
            urls=tuple(_url(each) for each in fields.parts("urls", help="URLs that may be called.")),
            breakable=parse_breakables(fields),
            freezes=tuple(Freeze.parse(each) for each in fields.parts("freezes", help="When nothing is broken.")),
        )
        for each in parsed.breakable.entries:
            if isinstance(each.healthy, Command) and not parsed.command(each.healthy.argv, CHECK):
                fields.problem(
                    "breakable",
                    f"`healthy` of `{each.target}` runs `{' '.join(each.healthy.argv)}`, which this list does not allow; "
                    "add it under `commands` with `checks: true`",
                )
        return parsed


def _command(fields: Fields) -> AllowedCommand:
    argv = fields.words("argv", help="A pattern for the program and for each argument.")
    if not argv:
        fields.problem("argv", "`argv` is missing; write a pattern for the program and for each argument")
    _must_be_patterns(fields, "argv", argv)
    line = AllowedCommand(
        argv=argv,
        checks=fields.flag("checks", help="It may be run as a check: it changes nothing."),
        acts=fields.flag("acts", help="It may be run as an act."),
        drills=fields.flag("drills", help="An act runs it in an exercise as well, instead of pretending."),
        environment=fields.words("environment", help="Variables of the bot's environment that it is given."),
        folder=fields.text("folder", default="", help="The folder it is run in, an absolute path; `/` when absent."),
    )
    if not (line.checks or line.acts):
        fields.problem("", "this allows nothing; add `checks: true`, `acts: true` or both")
    if line.drills and not line.acts:
        fields.problem("drills", "`drills` is about acts, but `acts: true` is not there")
    if line.folder and not line.folder.startswith("/"):
        fields.problem("folder", f"`folder: {line.folder}` is not an absolute path; begin it with `/`")
    _must_be_variables(fields, "environment", line.environment)
    return line


def _url(fields: Fields) -> AllowedUrl:
    url = fields.text("url", help="A pattern for the whole URL.")
    _must_be_patterns(fields, "url", (url,))
    methods = fields.words("methods", help="HTTP methods, such as POST, which it is when absent.") or ("POST",)
    for method in methods:
        if method not in METHODS:
            fields.problem("methods", f"`{method}` is not a method; there are {', '.join(METHODS)}")
    secrets = dict(fields.pairs("secrets", help="A name for headers, and the environment variable that holds it."))
    _must_be_variables(fields, "secrets", secrets.values())
    return AllowedUrl(
        methods=methods,
        url=url,
        drills=fields.flag("drills", help="An act calls it in an exercise as well, instead of pretending."),
        secrets=secrets,
    )


def _must_be_patterns(fields: Fields, key: str, patterns: Iterable[str]) -> None:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            fields.problem(key, f"`{pattern}` is not a regular expression: {error}")


def _must_be_variables(fields: Fields, key: str, names: Iterable[str]) -> None:
    for name in names:
        if not _VARIABLE.fullmatch(name):
            fields.problem(key, f"`{name}` is not the name of a variable; name it, without `$` and without its value")
