"""`warroom prune`: what is taken out, a batch at a time so that a running bot never waits for long."""

from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError

from warroom.cli.exporting import opened
from warroom.core.durations import read
from warroom.errors import SettingsError
from warroom.runtime.clock import SystemClock
from warroom.settings import Settings
from warroom.store import pruning
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable
from warroom.store.pruning import Prunable
from warroom.store.trouble import is_not_allowed

LEAST = timedelta(days=1)  # Slack may deliver again what is younger


def prune(settings: Settings, older_than: str, *, really: bool) -> Prunable:
    """What was taken out, or would be. Raises StoreUnusable when this role may not take anything out."""
    age = read(older_than)
    if age is None or age < LEAST:
        raise SettingsError(f"--older-than: {older_than!r} is not a length of at least a day; write it like 90d.")
    before = SystemClock().now() - age
    with opened(settings) as db:
        if not really:
            return db.read_sync(pruning.prunable, before)
        deliveries = keys = 0
        while (taken := _some(db, before)) != Prunable(deliveries=0, keys=0):
            deliveries, keys = deliveries + taken.deliveries, keys + taken.keys
        return Prunable(deliveries=deliveries, keys=keys)


def _some(db: Database, before: datetime) -> Prunable:
    try:
        return db.tx_sync(pruning.prune, before)
    except DBAPIError as error:
        if not is_not_allowed(error):
            raise
        raise StoreUnusable(
            f"PostgreSQL does not let the role {db.url.username!r} delete. Prune as the role that owns the tables (--database); the "
            "one that serves may delete nothing of this. Nothing was taken out."
        ) from None
