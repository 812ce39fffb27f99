"""`warroom calendar`: what is planned, for whoever runs the bot."""

from typing import Any

from warroom.cli.exporting import opened
from warroom.settings import Settings
from warroom.store import schedules


def list_planned(settings: Settings) -> list[dict[str, Any]]:
    """What has not ended, the next first. Times are in UTC; `starts` is where in its window a game will start."""
    with opened(settings) as db:
        found = db.read_sync(schedules.listing, None)
    return [
        {
            "number": each.id,
            "workspace": each.workspace,
            "scenario": each.scenario,
            "begins": each.coming.begins.isoformat(),
            "starts": each.coming.starts.isoformat(),
            "repeats": each.repeats,
            "zone": each.zone,
            "surprise": each.surprise,
            "environment": each.environment,
            "planned_by": each.planned_by,
            "directors": list(each.people.directors),
            "players": list(each.people.players),
            "trouble": each.trouble,
        }
        for each in found
    ]
