"""`/local/`, what administrators arrange: people who come, change and go, emoji, the workspace's name, who may use a channel.

Each is told to the apps that asked to hear of it, as Slack tells it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, get_args

from warroom.workspace import channels, directory, render
from warroom.workspace.model import Channel, ChannelRule, Doc, Emoji, User
from warroom.workspace.office import Office
from warroom.workspace.refusals import Refused
from warroom.workspace.seed import Seed, read_seed
from warroom.workspace.sowing import partner_named, person_named, sow

_CHANGED = {"real_name": str, "role": str, "emoji": str, "status_text": str, "status_emoji": str, "deleted": bool}


class Arranging:
    def __init__(self, office: Office) -> None:
        self._office, self._state = office, office.state

    def posters(self) -> dict[str, Callable[[Doc], Awaitable[Doc]]]:
        return {"person": self._person, "emoji": self._emoji, "team": self._team, "channel": self._channel}

    async def _person(self, body: Doc) -> Doc:
        """`POST /local/person`: adds the person of this `name`, with the fields of a seed, or changes one who is there."""
        known = self._known(str(body.get("name")))
        if known is None:
            (person,) = read_seed({"people": [body]}).people
            sow(self._state, Seed(people=(person,), channels=()))
            known = person_named(self._state, person.name)
            directory.join_team(self._office, known)
        else:
            known = directory.change_user(self._office, known, **_checked(body, known))
        self._office.streams.publish_all({"type": "people"})
        return {"person": render.person_doc(self._state, known)}

    def _known(self, name: str) -> User | None:
        try:
            return person_named(self._state, name)
        except KeyError:
            return None

    async def _emoji(self, body: Doc) -> Doc:
        """`POST /local/emoji`: adds the emoji `name` with `value`, a picture's address or alias:other; without takes it away."""
        name, value = str(body.get("name", "")).strip(":"), str(body.get("value") or "")
        if not name:
            raise Refused("invalid_name", "An emoji needs a name.")
        known = self._state.emoji.get(name)
        if value:
            directory.add_emoji(self._office, Emoji(name=name, value=value))
        elif known is None:
            raise Refused("not_found", f"There is no emoji {name!r}.")
        else:
            directory.remove_emoji(self._office, known)
        return {}

    async def _team(self, body: Doc) -> Doc:
        """`POST /local/team`: gives the workspace another `name`, another `domain`, or both."""
        team = directory.rename_team(
            self._office, name=str(body.get("name") or ""), domain=str(body.get("domain") or "")
        )
        self._office.streams.publish_all({"type": "people"})
        return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}

    async def _channel(self, body: Doc) -> Doc:
        """`POST /local/channel`: shares it with a company, ends that, sets its rules, or deletes it."""
        channel = self._state.channels.get(str(body.get("channel")))
        if channel is None or channel.is_direct:
            raise Refused("channel_not_found", "There is no such channel.")
        if "share_with" in body:
            channel = channels.share(self._office, channel, partner_named(self._state, str(body["share_with"])))
        if "unshare" in body:
            channel = channels.unshare(self._office, channel, partner_named(self._state, str(body["unshare"])))
        if "rules" in body:
            channel = self._ruled(channel, body["rules"])
        if body.get("delete") is True:
            channels.delete(self._office, channel, by=channel.creator)
            return {}
        return {"channel": render.channel_doc(self._state, channel, channel.creator)}

    def _ruled(self, channel: Channel, rules: Any) -> Channel:
        known = get_args(ChannelRule)
        if not isinstance(rules, list) or any(rule not in known for rule in rules):
            raise Refused("invalid_arguments", f"rules must be a list of {', '.join(known)}.")
        return channels.set_rules(self._office, channel, rules, by=channel.creator)


def _checked(body: Doc, person: User) -> dict[str, Any]:
    fields = {name: value for name, value in body.items() if name != "name"}
    for name, value in fields.items():
        if name not in _CHANGED:
            raise Refused("invalid_arguments", f"{person.name} is there; what changes may be {', '.join(_CHANGED)}.")
        if not isinstance(value, _CHANGED[name]):
            word = "true or false" if _CHANGED[name] is bool else "text"
            raise Refused("invalid_arguments", f"{name} must be {word}, not {value!r}.")
    return fields
