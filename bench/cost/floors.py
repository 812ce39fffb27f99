"""The floors: slack-bolt that only acknowledges, and slack-bolt that keeps one row before it does.

    python -m bench.cost.floors none
    python -m bench.cost.floors sqlite:///FILE
    python -m bench.cost.floors postgresql://...

Written as one would write it without warroom: the handler of slack-bolt, the driver of the database, no layer between.
SQLite is synced at every commit, as warroom's is.
"""

import asyncio
import json
import os
import queue
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

Keep = Callable[[str], Awaitable[None]]
ANYTHING = re.compile(".*")
WRITERS = 4  # on PostgreSQL, as many as warroom has


async def main(database: str) -> None:
    client = AsyncWebClient(token="xoxb-pretend", base_url=os.environ["WARROOM_SLACK_API"])
    app = AsyncApp(client=client, authorize=_authorize, process_before_response=True)
    keep = _nothing if database == "none" else keeping(database)

    @app.event(ANYTHING)
    async def event(body: dict[str, Any]) -> None:
        await keep(json.dumps(body["event"]))

    @app.action(ANYTHING)
    async def action(ack: Callable[[], Awaitable[None]], body: dict[str, Any]) -> None:
        await keep(json.dumps(body["actions"]))
        await ack()

    await AsyncSocketModeHandler(app, "xapp-pretend").start_async()


async def _authorize(**_: Any) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_user_id="UBOT", bot_id="BBOT", bot_token="xoxb-pretend"
    )


async def _nothing(payload: str) -> None:
    pass


def keeping(database: str) -> Keep:
    insert = _sqlite(database.removeprefix("sqlite:///")) if database.startswith("sqlite") else _postgresql(database)
    threads = ThreadPoolExecutor(1 if database.startswith("sqlite") else WRITERS)

    async def keep(payload: str) -> None:
        await asyncio.get_running_loop().run_in_executor(threads, insert, payload)

    return keep


def _sqlite(file: str) -> Callable[[str], None]:
    conn = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode = wal", "synchronous = FULL", "busy_timeout = 10000"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, payload TEXT NOT NULL)")

    def insert(payload: str) -> None:
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("INSERT INTO floor (payload) VALUES (?)", (payload,))
        conn.execute("COMMIT")

    return insert


def _postgresql(url: str) -> Callable[[str], None]:
    import psycopg

    free: queue.SimpleQueue[psycopg.Connection[Any]] = queue.SimpleQueue()
    for _ in range(WRITERS):
        free.put(psycopg.connect(url))
    first = free.get()
    first.execute("CREATE TABLE IF NOT EXISTS floor (id bigserial PRIMARY KEY, payload text NOT NULL)")
    first.commit()
    free.put(first)

    def insert(payload: str) -> None:
        conn = free.get()
        try:
            conn.execute("INSERT INTO floor (payload) VALUES (%s)", (payload,))
            conn.commit()
        finally:
            free.put(conn)

    return insert


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
