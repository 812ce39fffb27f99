"""What is said once: news of a room, and answers to one person."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from warroom.core.effects import Ask, Say, Voice
from warroom.core.views import Mark
from warroom.core.words import Words
from warroom.slack import limits, signs
from warroom.slack.blocks import LONG, Block, Message, actions, marked, paragraphs, private, section
from warroom.slack.mrkdwn import bold, clean, clock_time, escape_line, one_line, person, render

_SECTIONS = 4  # of a long text
_LATE = 300  # of what one late message said


def notice(say: Say, mark: Mark, room: int, channels: Mapping[str, str]) -> Message:
    """News in a channel. `channels` maps the room's names of places to ids of channels."""
    body = render(say.body, channels).strip()
    blocks: list[Block] = []
    if say.title:
        blocks.append(section(bold(_short(signs.titled(say.tone, say.title)))))
    blocks += paragraphs(body, _SECTIONS)
    text = "\n".join(part for part in (escape_line(_short(say.title)), body) if part)
    if say.real:
        mark = Mark(drill=False, name="not the exercise", key="not the exercise")
    username, icon = _face(say.voice) if say.voice else ("", "")
    return marked(mark, text, [*blocks, *actions(room, say.asks)], username=username, icon=icon)


def digest(waited: Sequence[tuple[datetime, Say]], mark: Mark, channels: Mapping[str, str]) -> tuple[Message, int]:
    """What could not be said in time, as one message with the time of each; and how many of it that holds, at least one."""
    lines: list[str] = []
    for since, say in waited:
        line = f"• {clock_time(since)} {_in_a_line(say, channels)}"
        if lines and limits.size("\n".join([*lines, line])) > limits.SECTION:
            break
        lines.append(limits.clamp_mrkdwn(line, limits.SECTION))
    titled = f"{len(lines)} messages are late; this is what they said"
    text = "\n".join([titled, *lines])
    return marked(mark, text, [section(bold(f"{signs.OVERDUE} {titled}")), section("\n".join(lines))]), len(lines)


def _in_a_line(say: Say, channels: Mapping[str, str]) -> str:
    """Who says it, its title, and its words, on one line."""
    who = escape_line(say.voice.name) + ":" if say.voice else ""
    words = limits.clamp_mrkdwn(" ".join(render(say.body, channels).split()), _LATE)
    return " ".join(part for part in (who, bold(_short(say.title)) if say.title else "", words) if part)


def _short(title: str) -> str:
    return limits.clamp(one_line(title), limits.HEADER)


def _face(voice: Voice) -> tuple[str, str]:
    """The name over the message (`Ana (database vendor)`) and an emoji code, empty when it is none."""
    title = one_line(voice.title)
    name = f"{voice.name} ({title})" if title else voice.name
    icon = voice.icon if voice.icon.isascii() and _is_emoji_code(voice.icon) else ""
    return one_line(name), icon


def _is_emoji_code(icon: str) -> bool:
    inner = icon[1:-1].replace("_", "").replace("-", "").replace("+", "").replace(":", "")
    return len(icon) > 2 and icon[0] == icon[-1] == ":" and inner.isalnum()


def refusal(words: Words, channels: Mapping[str, str]) -> str:
    """Why something was not done, for whoever asked."""
    return limits.clamp_mrkdwn(render(words, channels).strip(), limits.SECTION) or "This cannot be done now."


def plainly(text: str, mark: Mark | None = None) -> Message:
    """An answer to one person. `text` is escaped mrkdwn, such as a `refusal`; one that is about a room carries its mark."""
    return marked(mark, text, paragraphs(text, LONG)) if mark else private(text)


_OFFERS = {
    "panel": ("The panel of this game, over the channel you are in.", "Open the panel"),
    "start": ("Choose a scenario and the players, and the game day begins.", "Start a game day"),
    "schedule": ("Say what is played, when and how often, and it comes by itself.", "Plan a game day"),
    "declare": ("Say what is wrong, and a war room opens for it.", "Declare an incident"),
}


def offer(do: str, said: Mapping[str, str], room: int = 0) -> Message:
    """A button that opens a modal, for doors that Slack gives no trigger to. Raises KeyError for another modal."""
    text, label = _OFFERS[do]
    return private(text, actions(room, [Ask(do=do, label=label, args=tuple(said.items()), style="primary")]))


def report_comment(key: str, by: str) -> str:
    """What stands above the files of a report."""
    return f"The report of {bold(clean(key))}: for people, and for programs. Asked for by {person(by)}."
