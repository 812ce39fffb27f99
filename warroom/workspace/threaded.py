"""The workspace for code that does not wait: it runs in a thread of its own, and every method returns when it is done.

    with ThreadedWorkspace(seed=Seed(people=(Person(name="ana"),))) as slack:
        app = slack.install(manifest)
        ana = slack.person("ana")
        ana.say(slack.channel("general"), "hello")

For apps written with slack_bolt's `App` and slack_sdk's `WebClient`. Do not use it from a coroutine: the app under test would
stand still while it waits. There is `Workspace` for that.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from warroom.workspace.faults import Faults
from warroom.workspace.people import Doc, PersonAt
from warroom.workspace.seed import Seed
from warroom.workspace.server import InstalledApp, Workspace
from warroom.workspace.wire import Wire

T = TypeVar("T")


class _Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="workspace", daemon=True)
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def call(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        async def called() -> T:
            return function(*arguments, **named)

        return self.run(called())

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class ThreadedWorkspace:
    """A `Workspace` whose methods block. The arguments are those of `Workspace`."""

    def __init__(self, **options: Any) -> None:
        self._loop = _Loop()
        self._workspace = self._loop.call(Workspace, **options)
        self._people: dict[str, ThreadedPerson] = {}

    def start(self, port: int = 0) -> None:
        self._loop.run(self._workspace.start(port=port))

    def stop(self) -> None:
        for person in self._people.values():
            person.close()
        self._loop.run(self._workspace.stop())
        self._loop.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self._workspace.url

    @property
    def api_url(self) -> str:
        """What slack_sdk calls base_url."""
        return self._workspace.api_url

    @property
    def wire(self) -> Wire:
        """What crossed the wire so far."""
        return self._workspace.wire

    def install(self, manifest: Mapping[str, Any]) -> InstalledApp:
        return self._loop.run(self._workspace.install(manifest))

    def person(self, name: str) -> "ThreadedPerson":
        """The person with this handle, who listens from the first time on that he or she is asked for."""
        if name not in self._people:
            person = PersonAt(self.url, self._workspace.person(name))
            self._loop.run(person.open())
            self._people[name] = ThreadedPerson(self._loop, person)
        return self._people[name]

    def channel(self, name: str) -> str:
        """The id of the channel of this name."""
        return self._workspace.channel(name)

    def wait_for_connections(self, app: InstalledApp, count: int = 1) -> None:
        self._loop.run(self._workspace.wait_for_connections(app, count))

    def settled(self) -> None:
        """Returns once no event is on its way."""
        self._loop.run(self._workspace.settled())

    def revoke(self, app: InstalledApp) -> None:
        self._loop.run(self._workspace.revoke(app))

    def restore(self, app: InstalledApp) -> None:
        self._loop.run(self._workspace.restore(app))

    def reset(self, seed: Seed | None = None, *, keep_apps: bool = True) -> None:
        self._loop.call(self._workspace.reset, seed, keep_apps=keep_apps)

    def fault(self, name: str, **fields: Any) -> None:
        """Orders a fault by its name, such as `fault("rate_limit", method="chat.postMessage")`."""
        faults: Faults = self._workspace.faults
        self._loop.call(faults.order, name, fields)


class ThreadedPerson:
    """A `PersonAt` whose methods block."""

    def __init__(self, loop: _Loop, person: PersonAt) -> None:
        self._loop, self._person = loop, person

    @property
    def user_id(self) -> str:
        return self._person.user_id

    def heard(self, *types: str) -> list[Doc]:
        return self._loop.call(self._person.heard, *types)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Everything else a person does, waited for."""
        method = getattr(self._person, name)

        def blocking(*arguments: Any, **named: Any) -> Any:
            return self._loop.run(method(*arguments, **named))

        return blocking
