"""People's names out of a text, roles in: whoever was in command is the commander, everybody else a numbered responder.

Who is known by id or name is always found. In a text without a list of people, names are found by how they are used, which
is no more than likely; so what was found is said, and whoever imports can name the others.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SOMEBODY = "somebody"
_MENTION = re.compile(r"<@([A-Za-z0-9_.-]{1,100})(?:\|[^<>]*)?>")
_GROUP = re.compile(r"<!(?:subteam\^)?[^<>]*>")
_CHANNEL = re.compile(r"<#[A-Za-z0-9]+(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(https?:[^<>|\s]+)(?:\|([^<>]*))?>")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]*)\]\((?:https?:|\.{0,2}/|#|mailto:)[^)\s]*(?:\s+\"[^\"\n]*\")?\)")
_URL = re.compile(r"\b(?:(?:https?|ftp|slack)://|mailto:)[^\s`<>)\]|\"']+", re.IGNORECASE)
_ADDRESS = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b")
_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z][\w.-]*\w")
_ID = re.compile(r"\b[UWBCDGST][A-Z0-9]{8,11}\b")
_REPOSITORY = re.compile(r"`[A-Za-z0-9][\w-]*/[A-Za-z0-9][\w.-]*`")
_TELEPHONE = re.compile(r"(?<![\w.])\+\d[\d ()-]{7,16}\d\b")
# Names that are also words: in lowercase they are left alone.
_LOWER = """
    will mark may art rob bill grant chase hope grace june april august jack pat sue dean rich miles page young king long
    white black brown green hand ford day west east north south stone field wood hill river star iris rose joy faith max
    min al ed tab van von de la le del der di da
"""
_WORDS = frozenset(_LOWER.split())
# How a person's name is used: followed by what only people do, or by what only people own.
_DOES = (
    r"signs? (?:off|on)|(?:is |was )?(?:back|online|on ?call|off ?line)\b|joins?\b|joined\b|says?\b|said\b|asks?\b|asked\b|notices?\b|"
    r"noticed\b|suggests?\b|suggested\b|discuss(?:es|ed)?\b|decides?\b|decided\b|opens?\b|opened\b|takes over|took over|hands over|"
    r"posts?\b|posted\b|pings?\b|pinged\b|restarts?\b|restarted\b|reports?\b|reported\b|confirms?\b|confirmed\b|thinks?\b|wakes? up|woke up|"
    r"merges?\b|merged\b|reverts?\b|reverted\b|deploys?\b|deployed\b|investigates?\b|investigated\b"
)
_OWNS = r"PR|pull|commit|branch|laptop|mail|email|message|account|idea|change|fix|patch"
_NAME = r"[A-Z][a-z]+(?:-[A-Z][a-z]+)?"
_USED = re.compile(rf"\b({_NAME})(?: and ({_NAME}))? (?:{_DOES})|\b({_NAME})['’]s (?:{_OWNS})\b")
_OF_A_VERB = re.compile(r"(?:ed|ing)$")
# What stands where a name does, and is none.
_UPPER = """
    A All Also An And Another Anybody Builds But Ci Cluster Customer Customers Deploy Deployment Engineers Everybody Everyone Finally
    First Github Grafana He Hub I It Jenkins Kubernetes Later Many Multiple Several Each Monitoring Most Nobody Nodes None Now Once One Ops Pods Prometheus
    Second She Slack Some Somebody Someone Sre Staging Support Team That The Then There These They Third This Travis Two Ubuntu Ui User
    Users We Which While Who Zulip Gitter Google Binder Docker Helm Message Response Incident Investigation Jupyterhub Aws Azure
    Cloud Database Datadog Dashboard Error Errors Logs Operator Pagerduty Production Provider Responder Responders Service Services
    Site System Systems Traffic Vendor Website Status
"""
_NONE = frozenset(_UPPER.split())


@dataclass(slots=True)
class Roles:
    """`people` maps ids to names; `had` the ids to the incident role they had. Roles are given as people come up."""

    people: Mapping[str, str] = field(default_factory=dict)
    had: Mapping[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)

    def of(self, person: str) -> str:
        """The role that stands for a person, by id or, for those without one, by name."""
        if person not in self.given:
            role = re.sub(r"[^a-z0-9]+", "-", self.had.get(person, "").lower()).strip("-")
            taken = set(self.given.values())
            numbers = (f"{role or 'responder'}-{number}" for number in range(1 if not role else 2, len(taken) + 3))
            self.given[person] = (
                role if role and role not in taken else next(each for each in numbers if each not in taken)
            )
        return self.given[person]

    def scrub(self, text: str) -> str:
        """The text without mentions, names, ids, addresses and links."""
        said = _MENTION.sub(lambda found: self.of(found[1]) if found[1] in self.people else SOMEBODY, text)
        said = _CHANNEL.sub("a channel", _GROUP.sub("everybody", said))
        said = _LINK.sub(lambda found: found[2] or "(a link)", said)
        said = _MARKDOWN_LINK.sub(lambda found: found[1] or "(a picture)", said)
        said = _ADDRESS.sub("an address", _URL.sub("(a link)", said))
        said = _REPOSITORY.sub("a repository", _TELEPHONE.sub("a number", said))
        for person in sorted(self.people, key=lambda each: (-len(self.people[each]), each)):
            said = self._without(person, said)
        return _ID.sub(SOMEBODY, _HANDLE.sub(SOMEBODY, said))

    def _without(self, person: str, text: str) -> str:
        name = self.people[person].strip()
        whole = [each for each in (person, name) if len(each) > 1]
        parts = [part for part in re.split(r"[\s.,_-]+", name) if len(part) > 1]
        said = text
        for word in dict.fromkeys((*whole, *parts)):
            exact = word.lower() in _WORDS or len(word) < 3
            said = re.sub(
                rf"@?(?<![\w]){re.escape(word)}(?![\w])",
                lambda _: self.of(person),
                said,
                flags=0 if exact else re.IGNORECASE,
            )
        return said


def likely(text: str) -> tuple[str, ...]:
    """Words of a text that are used as people's names are, each once. `Failed deploys` are no deploys by Failed."""
    found = dict[str, None]()
    for match in _USED.finditer(text):
        found |= dict.fromkeys(name for name in match.groups() if name and name not in _NONE)
    return tuple(name for name in found if not (_OF_A_VERB.search(name) and re.search(rf"\b{name.lower()}\b", text)))


def known(names: Iterable[str]) -> dict[str, str]:
    """People of whom there is only a name."""
    return {name: name for name in names}
