"""The time in the story: what the players are to imagine, beside the game's clock and the wall.

It is written as `2012-10-21 09:00`, has no zone, and is never compared with a real time.
"""

from datetime import datetime, timedelta

from warroom.core.declaring import dataclass
from warroom.core.reading import Fields

FORM = "%Y-%m-%d %H:%M"
FASTEST = 1_440
_YEARS = range(1900, 2200)


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """It is `starts` when the game's clock shows `since`; from there it runs `pace` times as fast as the clock."""

    starts: str
    pace: int = 1
    since: timedelta = timedelta(0)

    def at(self, reading: timedelta) -> datetime:
        """What time it is in the story at this reading of the game's clock. Without a zone."""
        begins = datetime.strptime(self.starts, FORM)  # noqa: DTZ007 - a story has no zone
        return begins + max(timedelta(0), reading - self.since) * self.pace

    def shown(self, reading: timedelta) -> str:
        """Such as `Sunday 21 October 2012, 09:48`."""
        there = self.at(reading)
        return f"{there:%A} {there.day} {there:%B %Y, %H:%M}"

    @classmethod
    def parse(cls, fields: Fields) -> "Story":
        pace = fields.whole("pace", default=1, least=1, help="Minutes of the story for each minute of the game.")
        if pace > FASTEST:
            fields.problem("pace", f"`pace: {pace}` is more than a day of the story in a minute; {FASTEST} is the most")
        starts = read_story_time(fields, "starts", help="What time it is at T+0: `2012-10-21 09:00`.")
        if not starts:
            fields.problem("starts", "`starts` is missing; write what time it is in the story: `2012-10-21 09:00`")
        return cls(starts=starts or "2000-01-01 00:00", pace=min(pace, FASTEST))


def read_story_time(fields: Fields, key: str, *, help: str) -> str:
    """The time at this key, empty when there is none. One that cannot be read is a problem, and counts as none."""
    text = fields.text(key, default="", help=help)
    if not text:
        return ""
    try:
        if datetime.strptime(text, FORM).year in _YEARS:  # noqa: DTZ007 - a story has no zone
            return text
    except ValueError:
        pass
    fields.problem(key, f"`{key}` is `{text}`, which is no time of the story; write it as `2012-10-21 09:00`")
    return ""
