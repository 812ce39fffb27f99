"""The event_context of an event: what apps.event.authorizations.list is asked with.

Slack's own is `4-` and base64 of a small JSON object with the event's type, the team, the app and the channel; so is this.
"""

import base64
import binascii
import json

from warroom.workspace.model import Doc


def write_event_context(event: Doc, team: str, app_id: str) -> str:
    inner = {"et": event["type"], "tid": team, "aid": app_id}
    place = event.get("channel") or event.get("channel_id")
    if isinstance(place, str):
        inner["cid"] = place
    return f"4-{base64.b64encode(json.dumps(inner).encode()).decode()}"


def app_of_event_context(context: str) -> str | None:
    """The id of the app the event went to; None if this is no event's context."""
    version, _, encoded = context.partition("-")
    try:
        inner = json.loads(base64.b64decode(encoded, validate=True)) if version == "4" else None
    except (binascii.Error, ValueError):
        return None
    return str(inner["aid"]) if isinstance(inner, dict) and {"et", "tid", "aid"} <= set(inner) else None
