"""What a machine may be asked to do in an `act` step: run a program, or call a URL.

Whether it may is not said here but in the operator's allow-list (core.allowed), after all values have been filled in.
"""

import shlex
from collections.abc import Mapping
from dataclasses import field, replace

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields
from warroom.core.values import Filling

METHODS = ("POST", "PUT", "PATCH", "DELETE", "GET")


@dataclass(frozen=True, kw_only=True, slots=True)
class RunCommand:
    """A program and its arguments, each as it is; there is no shell. Done when it ends with 0."""

    argv: tuple[str, ...]

    @property
    def shown(self) -> str:
        """Exactly what will be run, as one would have to type it."""
        return " ".join(shlex.quote(each) for each in self.argv)

    def texts(self) -> tuple[str, ...]:
        return self.argv

    def filled(self, by: Filling) -> "RunCommand":
        return replace(self, argv=tuple(map(by.text, self.argv)))


@dataclass(frozen=True, kw_only=True, slots=True)
class CallUrl:
    """One HTTP request. Done when the status is below 400. `headers` may name secrets of the allow-list, not hold them."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def shown(self) -> str:
        heads = "".join(f"\n{name}: {value}" for name, value in self.headers.items())
        return f"{self.method} {self.url}{heads}" + (f"\n\n{self.body}" if self.body else "")

    def texts(self) -> tuple[str, ...]:
        return (self.url, self.body, *self.headers.values())

    def filled(self, by: Filling) -> "CallUrl":
        headers = {name: by.text(value) for name, value in self.headers.items()}
        form = any("form-urlencoded" in value for value in headers.values())
        fill = by.quoted if self.body.lstrip()[:1] in ("{", "[") else by.url if form else by.text
        body = fill(self.body)
        return replace(self, url=by.url(self.url), body=body, headers=headers)


Action = RunCommand | CallUrl


def parse_action(fields: Fields) -> Action:
    if fields.kind(("command", "http")) == "command":
        argv = fields.words("command", help="The program and its arguments, one by one; there is no shell.")
        if not argv:
            fields.problem("command", "`command` is empty; write the program and its arguments as a list")
        return RunCommand(argv=argv)
    inner = fields.part("http", help="The request.") or fields
    return CallUrl(
        method=inner.word("method", METHODS, default="POST", help="The HTTP method."),
        url=inner.text("url", help="Where it goes."),
        headers=dict(inner.pairs("headers", help="Headers; a secret is named as `{secret:NAME}`, never written.")),
        body=inner.text("body", default="", help="The body."),
    )
