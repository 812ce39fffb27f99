"""The signs that stand beside words. Never instead of them: whoever sees no colour or hears the text read loses nothing."""

from warroom.core.effects import Tone

SEVERITY = {"SEV1": "🟥", "SEV2": "🟧", "SEV3": "🟨", "SEV4": "🟦"}
UNKNOWN_SEVERITY = "⬜"
ROOM = {"planned": "🗓", "running": "▶", "paused": "⏸", "halted": "🚨", "ended": "🏁", "open": "▶", "closed": "⬛"}
INCIDENT = {"declared": "🔔", "acknowledged": "👀", "mitigated": "🩹", "resolved": "✅"}
RUN = {"walking": "📘", "paused": "⏸", "finished": "✅", "abandoned": "⏹"}
ACT = {
    "done": "✅",
    "pretended": "🎭",
    "failed": "❌",
    "cancelled": "⏹",
    "timed out": "⌛",
    "refused": "🚫",
    "unknown": "❔",
}
STEP = {"done": "✅", "failed": "❌", "skipped": "⏭", "not taken": "▫", "locked": "▫", "ready": "▶", "active": "▶"}
EXPECTATION = {"waiting": "▫", "armed": "⏳", "met": "✅", "late": "⌛", "missed": "❌"}
FAULT = {"asked": "⏳", "active": "💥", "rolling back": "↩", "stuck": "🆘", "refused": "▫"}
OVERDUE = "⚠"
HIDDEN = "🔒"
TONE = {
    Tone.BAD_NEWS: "📣",
    Tone.GOOD_NEWS: "✅",
    Tone.PHASE: "🚩",
    Tone.OVERDUE: OVERDUE,
    Tone.HINT: "💡",
    Tone.VOICE: "💬",
    Tone.EMERGENCY: "🚨",
    Tone.ALERT: "🔔",
    Tone.PLAIN: "",
}


def severity(word: str) -> str:
    return SEVERITY.get(word, UNKNOWN_SEVERITY)


def titled(tone: Tone, title: str) -> str:
    """A title with its sign: that of the severity when it opens with one (`SEV1: …`), else that of the tone."""
    sign = SEVERITY.get(title.partition(":")[0]) or TONE[tone]
    return f"{sign} {title}" if sign else title
