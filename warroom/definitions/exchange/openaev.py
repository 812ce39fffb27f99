"""A scenario as OpenAEV (once OpenBAS) exports it: injects, teams, objectives and lessons; the rest is listed.

The export is a ZIP with a JSON file in it; either is read. Its keys begin with `scenario_`, or with `exercise_` for what
was a simulation. How an inject is technically delivered stays behind: here everything is said in the chat.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from warroom.core.injects import Announce
from warroom.core.scenario import Expectation, Inject, Scenario, Team
from warroom.core.when import Timing
from warroom.definitions.exchange.brought import Brought, Given, NotBrought, Notes
from warroom.definitions.exchange.documents import clean, items, line, mapping, shortened
from warroom.definitions.exchange.msel import USUAL, length_of
from warroom.definitions.importing.slugs import Names, slug
from warroom.definitions.problems import shown

_PREFIXES = ("scenario", "exercise")
_TEXTS = ("body", "message", "content", "text")
_TAGS = re.compile(r"<(?:/?(?:p|div|br|li|tr|h\d)\b[^>]*)>", re.IGNORECASE)
_EVERY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_FREEMARKER = re.compile(r"\$\{[^}]+\}")
_LONGEST = timedelta(days=366)
# What is counted and listed, and not carried over.
_BESIDE = ("users", "organizations", "tags", "documents", "channels", "articles", "challenges", "variables")
_ABOUT = ("severity", "category", "main_focus", "recurrence", "message_header", "message_footer", "mail_from")


def recognises(document: Any) -> bool:
    """Whether this could be meant as such an export."""
    return isinstance(document, dict) and any(
        f"{prefix}_{key}" in document for prefix in _PREFIXES for key in ("information", "injects")
    )


def bring(document: Any, path: Path, given: Given) -> Brought:
    """The scenario of an export. Raises NotBrought when it has no injects that say anything."""
    if not isinstance(document, dict):
        raise NotBrought(f"{path}: this is no export of OpenAEV; it is not a mapping with `scenario_injects`.")
    prefix = next((each for each in _PREFIXES if f"{each}_injects" in document), "")
    if not prefix:
        raise NotBrought(f"{path}: `scenario_injects` is missing; export the scenario with its injects.")
    return _Export(document, prefix, path, given).brought()


@dataclass(slots=True)
class _Export:
    document: Mapping[str, Any]
    prefix: str
    path: Path
    given: Given
    notes: Notes = field(default_factory=Notes)
    expectations: list[Expectation] = field(default_factory=list)

    def brought(self) -> Brought:
        about = mapping(self.document.get(f"{self.prefix}_information"))
        teams = self._teams()
        injects = self._injects(teams)
        if not injects:
            raise NotBrought(f"{self.path}: no inject of this export says anything; there is nothing to play.")
        self._beside(about)
        title = self.given.title or line(about.get(f"{self.prefix}_name")) or self.path.stem
        self.notes.made("", "the briefing; write what the players are told at the start")
        told = {team for inject in injects for team in inject.to}
        for id_ in sorted(set(teams.values()) - told):
            self.notes.left("teams", f"the team `{id_}`, which is told nothing of its own")
        scenario = Scenario(
            id=self.given.id or slug(title, "scenario"),
            title=title,
            summary=line(about.get(f"{self.prefix}_subtitle")),
            briefing=f"This is an exercise: {title}. Treat what you hear here as true, and say aloud what you do.",
            hidden_notes=plain(about.get(f"{self.prefix}_description")),
            objectives=tuple(self._objectives()),
            teams={id_: Team(title=name) for name, id_ in self._named(teams) if id_ in told},
            injects=tuple(injects),
            expectations=tuple(self.expectations),
            debrief=tuple(self._questions()),
            length=length_of(injects, self.expectations),
        )
        return Brought(scenario=scenario, notes=self.notes.all)

    def _list(self, name: str) -> list[Mapping[str, Any]]:
        found = self.document.get(f"{self.prefix}_{name}")
        return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []

    # --- around

    def _teams(self) -> dict[str, str]:
        """Our name of every team, by its id there."""
        names = Names()
        return {
            line(each.get("team_id")): names.give(
                slug(line(each.get("team_name")), "team", 32), line(each.get("team_id"))
            )
            for each in self._list("teams")
        }

    def _named(self, teams: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for each in self._list("teams"):
            id_ = teams[line(each.get("team_id"))]
            yield line(each.get("team_name")) or id_, id_

    def _objectives(self) -> Iterator[str]:
        for each in self._list("objectives"):
            title, more = line(each.get("objective_title")), line(each.get("objective_description"))
            if said := ": ".join(filter(None, (title, more))):
                yield said

    def _questions(self) -> Iterator[str]:
        order = {
            line(each.get("lessons_category_id") or each.get("lessonscategory_id")): _number(
                each.get("lessons_category_order")
            )
            for each in self._list("lessons_categories")
        }
        questions = self._list("lessons_questions")

        def place(each: Mapping[str, Any]) -> tuple[float, float]:
            category = order.get(line(each.get("lessons_question_category")), 0)
            return category, _number(each.get("lessons_question_order"))

        for each in sorted(questions, key=place):
            if said := line(each.get("lessons_question_content")):
                yield said

    def _beside(self, about: Mapping[str, Any]) -> None:
        for name in _BESIDE:
            if found := self._list(name):
                self.notes.left(name, f"{len(found)} of them")
        for name in _ABOUT:
            if said := line(about.get(f"{self.prefix}_{name}")):
                self.notes.left("", f"`{name}`: {shown(said)}")

    # --- injects

    def _injects(self, teams: Mapping[str, str]) -> list[Inject]:
        names, ids, texts = Names(), dict[str, str](), dict[str, str]()
        kept = list[Mapping[str, Any]]()
        for at, each in enumerate(self._list("injects"), start=1):
            there, title = line(each.get("inject_id")) or f"#{at}", line(each.get("inject_title"))
            where = f"inject {at} {shown(title, 40)}".rstrip()
            if each.get("inject_enabled") is False:
                self.notes.left(where, "the whole of it: it is switched off")
                continue
            said = self._text(each, where)
            if not said:
                self.notes.left(where, "the whole of it: it says nothing that could be told to the players")
                continue
            ids[there], texts[there] = names.give(slug(title or said, "inject", 40), there), said
            kept.append({**each, "inject_id": there})
        at_ = {line(each["inject_id"]): _length(each.get("inject_depends_duration")) for each in kept}
        return [self._inject(each, ids, texts, at_, teams) for each in kept]

    def _text(self, each: Mapping[str, Any], where: str) -> str:
        content = mapping(each.get("inject_content"))
        found = next((plain(content[key]) for key in _TEXTS if plain(content.get(key))), "")
        subject = plain(content.get("subject"))
        for key in sorted(map(str, set(content) - {*_TEXTS, "subject", "expectations"})):
            if line(content[key]) or content[key] not in (None, "", [], {}):
                self.notes.left(where, f"`{shown(key)}` of its content")
        if _FREEMARKER.search(f"{subject}{found}"):
            self.notes.warning(where, "its text holds variables such as `${user.email}`, which nobody will fill in")
        return "\n\n".join(filter(None, (subject if subject != found else "", found)))

    def _inject(
        self,
        each: Mapping[str, Any],
        ids: Mapping[str, str],
        texts: Mapping[str, str],
        at: Mapping[str, timedelta],
        teams: Mapping[str, str],
    ) -> Inject:
        there = line(each["inject_id"])
        id_, said = ids[there], texts[there]
        self._expects(each, id_)
        to = () if each.get("inject_all_teams") is True else self._to(each, teams, id_)
        return Inject(
            id=id_,
            title=line(each.get("inject_title")) or shortened(said),
            timing=self._timing(each, ids, at, id_),
            what=Announce(text=said),
            notes=plain(each.get("inject_description")),
            to=to,
        )

    def _to(self, each: Mapping[str, Any], teams: Mapping[str, str], id_: str) -> tuple[str, ...]:
        found = dict[str, None]()
        wanted = each.get("inject_teams")
        for team in items(wanted):
            there = line(team.get("team_id")) if isinstance(team, dict) else line(team)
            if there in teams:
                found[teams[there]] = None
            else:
                self.notes.left(f"inject {id_}", f"the team `{shown(there)}`, which is not among the teams")
        return tuple(found)

    def _timing(self, each: Mapping[str, Any], ids: Mapping[str, str], at: Mapping[str, timedelta], id_: str) -> Timing:
        there, parents = line(each["inject_id"]), self._parents(each, id_)
        known = [parent for parent in parents if parent in ids and ids[parent] != id_]
        if not known:
            return Timing(at=at[there])
        for parent in known[1:]:
            self.notes.left(f"inject {id_}", f"that it also depends on `{ids[parent]}`")
        return Timing(after=ids[known[0]], by=max(timedelta(0), at[there] - at[known[0]]))

    def _parents(self, each: Mapping[str, Any], id_: str) -> Iterator[str]:
        for one in map(mapping, items(each.get("inject_depends_on"))):
            condition = mapping(one.get("dependency_condition"))
            for rule in map(mapping, items(condition.get("conditions"))):
                key, value = line(rule.get("key")), rule.get("value")
                if key.lower() != "execution" or value is not True:
                    self.notes.left(f"inject {id_}", f"that it depends on `{shown(key)}` being `{shown(line(value))}`")
            relation = one.get("dependency_relationship")
            parent = mapping(relation).get("inject_parent_id") if isinstance(relation, dict) else relation
            if said := line(parent):
                yield said

    def _expects(self, each: Mapping[str, Any], id_: str) -> None:
        wanted = mapping(each.get("inject_content")).get("expectations")
        for at, one in enumerate(items(wanted), start=1):
            if not isinstance(one, dict):
                continue
            what = line(one.get("expectation_name")) or line(one.get("expectation_description"))
            if not what:
                self.notes.left(f"inject {id_}", f"its expectation {at}, which has no name")
                continue
            within = _length(one.get("expectation_expiration_time")) or USUAL
            judged = plain(one.get("expectation_description")) or what
            name = f"{id_}-response" if at == 1 else f"{id_}-response-{at}"
            self.expectations.append(Expectation(id=name, what=what, after=id_, within=within, judged=judged))


def _length(seconds: Any) -> timedelta:
    return min(_LONGEST, timedelta(seconds=max(0, int(_number(seconds)))))


def _number(value: Any) -> float:
    """A number as it is, or as a text says it; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return 0
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return 0
    return found if abs(found) < 10**9 else 0


def plain(value: Any) -> str:
    """A text without HTML: paragraphs become lines."""
    said = clean(value)
    if "<" in said:
        said = _EVERY_TAG.sub("", _TAGS.sub("\n", said))
    lines = [" ".join(each.split()) for each in html.unescape(said).split("\n")]
    return clean(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n"))
