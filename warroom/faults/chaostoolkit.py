"""`chaostoolkit`: an experiment is run by the Chaos Toolkit as a program of its own, and undone by what it says itself.

It is run so that its rollbacks are played whatever happens, short of SIGKILL. Undoing ends the run, which plays them;
when its journal does not show that all of them succeeded, they are played again by a run of nothing else. Where the
entry names a second experiment to `undo`, that is run instead. Journals and logs are kept in the state folder.

Nothing of an experiment is ever loaded into the bot: its Python providers are arbitrary code.
"""

import asyncio
import json
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import yaml

from warroom.core.breakable import ChaosToolkit as Entry
from warroom.faults.driver import FaultFailed, Order, Surroundings
from warroom.faults.programs import detached, found, run
from warroom.outside.program import surroundings as given

_OFTEN = 0.1  # seconds
_BEGINS = 20.0  # seconds in which a run is expected to have done something
_ENDS = 20.0  # seconds that its rollbacks may take before the next attempt looks again
_MOST = 1_000_000  # bytes of an experiment
_BROKEN = "Action:"  # what its log says of each action, as it is begun


class ChaosToolkit:
    def __init__(self, surroundings: Surroundings) -> None:
        self._environment = surroundings.environment
        self._folder = surroundings.folder / "journals"

    async def ready(self, order: Order) -> str:
        how = _how(order)
        for path in filter(None, (how.experiment, how.undo)):
            _read(path)
            await self._validate(order, path)
        if not how.undo and not _read(how.experiment).get("rollbacks"):
            raise FaultFailed(f"{how.experiment} has no rollbacks; name in `undo` an experiment that makes it whole.")
        return f"{Path(how.experiment).name} is valid"

    async def inject(self, order: Order) -> str:
        how, files = _how(order), _Files(self._folder, order.fault)
        started = None if files.began else self._start(order, files)

        def is_over() -> bool:
            """Just after it was started a program has no command line yet by which others could know it."""
            return (started is None or started.returncode is not None) and files.running() is None

        await _until(lambda: files.said(_BROKEN) or is_over(), _BEGINS)
        if is_over():
            return _judged(files, how)
        return f"{Path(how.experiment).name} runs; its journal will be {files.journal}"

    def _start(self, order: Order, files: "_Files") -> "subprocess.Popen[bytes]":
        how = _how(order)
        argv = self._argv(order, "run", "--rollback-strategy=always", f"--journal-path={files.journal}", how.experiment)
        files.prepare(_only_rollbacks(_read(how.experiment)))
        return detached(
            argv, variables=how.environment, environment=self._environment, folder=how.folder, output=files.log
        )

    async def undo(self, order: Order) -> str:
        how, files = _how(order), _Files(self._folder, order.fault)
        if not files.began:
            return f"{Path(how.experiment).name} was not run"
        await _ended(files)
        journal = _journal(files.journal)
        if not how.undo and journal and _succeeded(journal.get("rollbacks")):
            return f"its rollbacks were played; the journal is {files.journal}"
        return await self._play(
            order, how.undo or str(files.rollbacks), files.undone, "run" if how.undo else "rollbacks"
        )

    def by_hand(self, order: Order) -> str:
        how, files = _how(order), _Files(self._folder, order.fault)
        return f"{how.program} run --rollback-strategy=always {shlex.quote(how.undo or str(files.rollbacks))}"

    async def _play(self, order: Order, experiment: str, journal: Path, part: str) -> str:
        how = _how(order)
        await asyncio.to_thread(journal.unlink, missing_ok=True)
        argv = self._argv(order, "run", "--rollback-strategy=always", f"--journal-path={journal}", experiment)
        done = await run(argv, given(how.environment, self._environment), within=_ENDS, folder=how.folder)
        played = _journal(journal)
        if not played or played.get("deviated") or not _succeeded(played.get(part)):
            raise FaultFailed(f"{Path(experiment).name} did not make it whole: {done.end or 'it said nothing'}")
        return f"{Path(experiment).name} was played; the journal is {journal}"

    async def _validate(self, order: Order, experiment: str) -> None:
        how = _how(order)
        done = await run(
            self._argv(order, "validate", experiment),
            given(how.environment, self._environment),
            within=_ENDS,
            folder=how.folder,
        )
        if done.code:
            raise FaultFailed(f"{experiment} is not valid: {done.end}")

    def _argv(self, order: Order, *arguments: str) -> list[str]:
        program = found(_how(order).program, given((), self._environment))
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [program, "--no-version-check", f"--log-file={self._folder / 'chaostoolkit.log'}", *arguments]


class _Files:
    """What one fault keeps: the run's journal and output, its rollbacks as an experiment, and that it was told to end."""

    def __init__(self, folder: Path, fault: str) -> None:
        self._folder = folder
        self.journal = folder / f"{fault}.json"
        self.log = folder / f"{fault}.log"
        self.rollbacks = folder / f"{fault}-rollbacks.json"
        self.undone = folder / f"{fault}-undone.json"
        self.told = folder / f"{fault}.told"

    @property
    def began(self) -> bool:
        return self.log.exists()

    def prepare(self, rollbacks: dict[str, Any]) -> None:
        """Before anything is run, so that whoever comes after a crash finds what to undo it with."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.rollbacks.write_text(json.dumps(rollbacks), "utf-8")
        self.log.touch(mode=0o600)

    def said(self, word: str) -> bool:
        return word in self.log.read_text("utf-8", "replace")

    def running(self) -> psutil.Process | None:
        """The run, known by its journal, which nobody else has on the command line."""
        argument = f"--journal-path={self.journal}"
        for each in psutil.process_iter():
            try:
                if argument in each.cmdline():
                    return each
            except psutil.Error:
                continue
        return None


def _how(order: Order) -> Entry:
    assert isinstance(order.entry.how, Entry)
    return order.entry.how


def _read(path: str) -> dict[str, Any]:
    try:
        with Path(path).open(encoding="utf-8") as opened:
            experiment = yaml.safe_load(opened.read(_MOST))  # JSON is read by this as well
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise FaultFailed(f"{path} cannot be read: {error}") from error
    if not isinstance(experiment, dict) or not isinstance(experiment.get("method"), list):
        raise FaultFailed(f"{path} is no experiment of the Chaos Toolkit: it has no `method`.")
    return experiment


def _only_rollbacks(experiment: dict[str, Any]) -> dict[str, Any]:
    """The same experiment, in which nothing is done but its rollbacks."""
    left = {key: value for key, value in experiment.items() if key != "steady-state-hypothesis"}
    return {**left, "title": f"Rollbacks of: {experiment.get('title', '')}", "method": []}


def _journal(path: Path) -> dict[str, Any]:
    """Empty when there is none, or half of one."""
    try:
        journal = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return journal if isinstance(journal, dict) else {}


def _succeeded(activities: object) -> bool:
    return (
        isinstance(activities, list)
        and bool(activities)
        and all(isinstance(each, dict) and each.get("status") == "succeeded" for each in activities)
    )


def _judged(files: _Files, how: Entry) -> str:
    """What came of a run that is over. A hypothesis that did not hold before looks like a success in its exit status."""
    journal = _journal(files.journal)
    before = (journal.get("steady_states") or {}).get("before") or {}
    if before.get("steady_state_met") is False:
        raise FaultFailed("The experiment's own hypothesis did not hold before, so nothing was broken.")
    if not journal.get("run"):
        raise FaultFailed(f"The experiment ended without having done anything; its output is {files.log}.")
    if not _succeeded(journal["run"]):
        raise FaultFailed(f"The experiment failed; its journal is {files.journal}.")
    after = "" if how.undo else ", its rollbacks included: nothing is broken any more"
    return f"{Path(how.experiment).name} was run{after}; its journal is {files.journal}"


async def _ended(files: _Files) -> None:
    """Ends the run, once: a second signal would interrupt the rollbacks that the first one has it play."""
    there = await asyncio.to_thread(files.running)
    if there is None:
        return
    if not files.told.exists():
        files.told.touch(mode=0o600)
        try:
            there.terminate()
        except psutil.NoSuchProcess:
            return
        except psutil.AccessDenied as error:
            raise FaultFailed(f"The run (process {there.pid}) may not be ended by the bot's user.") from error
    if not await _until(lambda: files.running() is None, _ENDS):
        raise FaultFailed(f"The run (process {there.pid}) plays its rollbacks and is not done after {_ENDS:.0f} s.")


async def _until(holds: Callable[[], bool], within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - the kernel tells nobody about others' processes
                await asyncio.sleep(_OFTEN)
    except TimeoutError:
        return False
    return True
