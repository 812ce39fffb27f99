"""Several transactions that are kept by one commit.

SQLite syncs the disk at every commit and has one writer, so whoever waits for it waits for the disk once for everybody
before. What has gathered meanwhile is therefore written together: one transaction with a savepoint for each, one commit,
and then each is told what came of it. Whoever fails takes nobody along: it is rolled back to its own savepoint. When
the database fails, the whole is rolled back and each is done again alone, by the rules for one. So only what may be
done twice is written together.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field
from typing import Any, TypeVar

from sqlalchemy import Connection

from warroom.core.declaring import dataclass
from warroom.store.trouble import judge

T = TypeVar("T")
Fn = Callable[[Connection], Any]
MOST = 32  # in one transaction: so many are a tenth of a second, in which no other process can write


@dataclass(slots=True, eq=False)
class Job:
    """`asked` is when it was asked for, by the monotonic clock."""

    fn: Fn
    asked: float = field(default_factory=time.monotonic)
    told: Future[Any] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Outcome:
    result: Any = None
    error: BaseException | None = None


class Together:
    """`alone` does one job in a transaction of its own, with all patience; `once` tries one transaction once."""

    def __init__(self, writer: ThreadPoolExecutor, alone: Callable[[Job], Any], once: Callable[[Fn], Any]) -> None:
        self._writer, self._alone, self._once = writer, alone, once
        self._waiting: deque[Job] = deque()

    def add(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Told when it is kept. It is done when its turn comes, and with it what has been added until then."""
        job = Job(fn)
        self._waiting.append(job)
        self._writer.submit(self._write)
        return job.told

    def _write(self) -> None:
        gathered = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        jobs = [each for each in gathered if each.told.set_running_or_notify_cancel()]
        outcomes = self._written_together(jobs) if len(jobs) > 1 else []
        for place, job in enumerate(jobs):
            outcome = outcomes[place] if outcomes else self._written_alone(job)
            if outcome.error is not None:
                job.told.set_exception(outcome.error)
            else:
                job.told.set_result(outcome.result)

    def _written_together(self, jobs: Sequence[Job]) -> Sequence[_Outcome]:
        """What came of each; of nothing when the whole came to nothing, or nobody knows."""
        try:
            return list(self._once(lambda conn: [_apart(conn, each.fn) for each in jobs]))
        except BaseException:  # whatever it is comes again when each is done alone, and is told to whose it is
            return []

    def _written_alone(self, job: Job) -> _Outcome:
        try:
            return _Outcome(result=self._alone(job))
        except BaseException as error:
            return _Outcome(error=error)


def _apart(conn: Connection, fn: Fn) -> _Outcome:
    """As if it were alone. Raises what is the database's fault."""
    savepoint = conn.begin_nested()
    try:
        result = fn(conn)
    except Exception as error:
        if judge(error) is not None:
            raise
        savepoint.rollback()
        return _Outcome(error=error)
    savepoint.commit()
    return _Outcome(result=result)
