"""Names for steps, runbooks and values: lowercase ASCII, in any language, and the same whenever the text is the same."""

import hashlib
import re
import unicodedata

_SINGLE = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "đ": "d", "Đ": "D", "ł": "l",
                         "Ł": "L", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ı": "i", "ĸ": "k", "ŋ": "n", "’": "", "'": ""})  # fmt: skip
_LONGEST = 48
_RESERVED = frozenset(("end",))  # a `goto` of that name finishes a runbook


def short_hash(text: str, digits: int = 4) -> str:
    """A few digits that stand for a text, whatever its script."""
    return hashlib.sha256(unicodedata.normalize("NFKC", text).encode(errors="replace")).hexdigest()[:digits]


def slug(text: str, otherwise: str, longest: int = _LONGEST) -> str:
    """A name made of the text's words; `otherwise` and a hash where its script has no ASCII form.

    Words that are cut off, or letters that are lost, are made up for by a hash, so that different texts rarely meet.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_SINGLE))
    plain = "".join(each for each in plain if not unicodedata.combining(each)).lower()
    name = "-".join(re.findall(r"[a-z0-9]+", plain))
    lost = sum(each.isalnum() and not each.isascii() for each in plain)
    if not name or (lost and not re.search("[a-z]{2}", name)):
        return f"{otherwise}-{short_hash(text)}"
    if lost:
        return f"{_shortened(name, 24)}-{short_hash(text)}"
    return f"{otherwise}-{name}" if name in _RESERVED else _shortened(name, longest)


def _shortened(name: str, longest: int) -> str:
    """Cut between words."""
    if len(name) <= longest:
        return name
    cut = name[: longest + 1]
    return (cut.rsplit("-", 1)[0] if "-" in cut else cut[:longest]).strip("-")


def parted(name: str) -> str:
    """A name like `KubeAPIDown` as its words; the name of a file or an alert, not a sentence."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)


class Names:
    """Gives each thing a name of its own. The first keeps the plain one; others get some digits of what they hold."""

    def __init__(self, taken: frozenset[str] | set[str] = frozenset()) -> None:
        self.taken = set(taken)
        self.counted = dict[str, int]()

    def give(self, wanted: str, holds: str) -> str:
        """A name like `wanted` that nothing else has. It does not depend on where the thing stands."""
        name, digits = wanted, 4
        while name in self.taken and digits <= 12:
            name, digits = f"{wanted}-{short_hash(holds, digits)}", digits + 2
        number = self.counted.get(wanted, 2)
        while name in self.taken:
            name, number = f"{wanted}-{number}", number + 1
        self.counted[wanted] = number
        self.taken.add(name)
        return name
