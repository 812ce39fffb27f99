"""What only a drill has, in Markdown: what was expected, predicted, put into play, changed, drawn and watched.

Most of it is there only when the game is over: the facts do not have it before.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from warroom.core.durations import mark
from warroom.core.durations import write as length
from warroom.core.plan import ExpectationState
from warroom.exporters.escaping import inline
from warroom.exporters.markdown.pieces import (
    LONGEST,
    Lines,
    began,
    bullets,
    clock,
    names_of,
    section,
    table,
    time_of_day,
)
from warroom.report.drills import MURPHY_MODES, rated
from warroom.report.facts import AfterAction, ExpectationFacts, InjectFacts
from warroom.report.gamefacts import (
    DrawFacts,
    EmergencyFacts,
    MurphyFacts,
    ObjectiveFacts,
    PredictionFacts,
    Revealed,
    Seal,
    StopFacts,
)
from warroom.report.moment import Moment
from warroom.report.phrasing import capital, listed, many, quoted

_SURPRISE = {
    "announced": "everybody knew when it would begin",
    "window": "everybody knew only the window in which it would begin",
    "unannounced": "nobody who played knew of it",
}


def glance(after: AfterAction) -> Iterator[tuple[str, str]]:
    """Rows for the table at the head of the report."""
    game = after.game
    if game is None:
        return
    if game.environment:
        yield "**Played in**", inline(game.environment)
    yield "**Surprise**", inline(_SURPRISE.get(game.surprise, game.surprise))
    if game.story:
        yield "**In the story**", " to ".join(map(inline, dict.fromkeys(game.story)))
    if game.moves:
        yield "**Parts**", names_of(f"{each.title} ({mark(each.began.clock)})" for each in game.moves)
    if game.teams:
        yield "**Teams**", inline(", ".join(f"{team} ({listed(them)})" for team, them in game.teams.items()))


def _behind(after: AfterAction) -> Revealed:
    """What is revealed; nothing while the game goes on."""
    return after.game.revealed if after.game and after.game.revealed else Revealed()


def _when(after: AfterAction, moment: Moment) -> str:
    """A place on the game's clock; before play the time of day, which tells more."""
    started = after.course.started_at
    before = started is None or moment.at < started
    return f"{time_of_day(moment.at, began(after))} UTC" if before else mark(moment.clock)


# --- something real


def emergencies(after: AfterAction) -> Lines:
    if not (after.game and after.game.emergencies):
        return
    yield from section("Something real (NO DUFF)")
    yield from table(
        (clock(after), "Time (UTC)", "Said by", "Where", "The words", "Real incident", "Play went on"),
        (_emergency(after, each) for each in after.game.emergencies),
    )


def _emergency(after: AfterAction, each: EmergencyFacts) -> tuple[str, ...]:
    start, on = began(after), each.went_on
    return (
        mark(each.moment.clock),
        time_of_day(each.moment.at, start),
        inline(each.moment.who),
        inline(each.place),
        inline(each.words, LONGEST),
        f"**{names_of(each.rooms)}**" if each.rooms else "none was opened",
        f"{time_of_day(on.at, start)}, after {length(on.at - each.moment.at)}" if on else "never",
    )


# --- what was expected


def objectives(after: AfterAction) -> Lines:
    """With how each went, once that may be told."""
    if not after.objectives:
        return
    yield from section("Objectives")
    shown = _behind(after).objectives
    if not any(each.met + each.late + each.missed + each.still_open for each in shown):
        yield from bullets(after.objectives)
        return
    headings = ("", "Objective", "Met", "Late", "Missed", "Open", "Ratings")
    yield from table(headings, (_objective(each) for each in shown))
    notes = [f"- {inline(note, LONGEST)}" for each in shown for note in each.notes]
    if notes:
        yield from ("What evaluators wrote:", "", *notes, "")
    if any(each.ratings for each in shown):
        yield from (f"Ratings: {inline('; '.join(rated(each) for each in 'PSMU'))}.", "")


def _objective(each: ObjectiveFacts) -> tuple[str, ...]:
    ratings = ", ".join(f"{count} × {name}" for name, count in sorted(each.ratings.items()))
    counts = (str(count or "") for count in (each.met, each.late, each.missed, each.still_open))
    return (str(each.number), inline(each.objective), *counts, inline(ratings))


_RESULTS = {
    ExpectationState.MET: "**met**",
    ExpectationState.LATE: "**late**",
    ExpectationState.MISSED: "**missed**",
    ExpectationState.ARMED: "open when play ended",
}


def expected(after: AfterAction) -> Lines:
    if not after.expectations:
        return
    yield from section("What was expected")
    owned = any(each.owner for each in after.expectations)
    judged = any(each.ratings for each in after.expectations)
    headings = ("Expectation", *(("Owner",) if owned else ()), "By", "Result", "Done", "Time (UTC)", "To spare")
    yield from table(
        (*headings, *(("Rated",) if judged else ())),
        (_expectation(after, each, owned=owned, judged=judged) for each in after.expectations),
    )
    notes = [
        f"- {inline(each.what)}: {rating.rating}, “{inline(rating.note, LONGEST)}” ({inline(rating.who)})"
        for each in after.expectations
        for rating in each.ratings
        if rating.note and not each.objective
    ]
    if notes:
        yield from ("What evaluators wrote:", "", *notes, "")


def _expectation(after: AfterAction, each: ExpectationFacts, *, owned: bool, judged: bool) -> tuple[str, ...]:
    return (
        inline(each.what),
        *((inline(each.owner),) if owned else ()),
        mark(each.deadline),
        _result(each),
        mark(each.met) if each.met is not None else "",
        time_of_day(each.met_at, began(after)),
        _spare(each),
        *((inline(", ".join(rating.rating for rating in each.ratings)),) if judged else ()),
    )


def _result(each: ExpectationFacts) -> str:
    state = ExpectationState(each.state)
    return "judged by nobody" if each.by_people and state is ExpectationState.ARMED else _RESULTS[state]


def _spare(each: ExpectationFacts) -> str:
    if each.to_spare is None:
        return ""
    return f"{length(-each.to_spare)} late" if each.to_spare < timedelta(0) else length(each.to_spare)


# --- what was predicted


def predicted(after: AfterAction) -> Lines:
    behind = _behind(after)
    if not behind.predictions:
        return
    yield from section("What was predicted, and what happened")
    for each in behind.predictions:
        yield from _prediction(each)
    if behind.seal:
        yield from (_seal(behind.seal), "")


def _prediction(each: PredictionFacts) -> Lines:
    about = each.about if each.about in ("the whole game", "what was never played") else quoted(each.about)
    yield f"For {inline(about)}, by {inline(each.who)}:"
    yield ""
    yield from table(
        ("", "Predicted", "What happened"),
        (
            (capital(one.about), inline(one.predicted, LONGEST), inline(one.happened) or "ask those who were there")
            for one in each.compared
        ),
    )


def _seal(seal: Seal) -> str:
    """How anybody can see that no prediction was changed after the game began."""
    verdict = {
        True: "They are what was sealed: with the salt they give the same digest.",
        False: "**They are not what was sealed: with the salt they give another digest.**",
        None: "The salt is not in this file, so that nobody can tell here whether they are what was sealed.",
    }[seal.intact]
    return (
        f"Sealed when the game began, as `{inline(seal.digest)}`. {verdict} The salt is `{inline(seal.salt)}`; what is "
        "hashed is described in docs/exports.md, so that anybody can compute it anew."
    )


# --- what was put into play


def played(after: AfterAction) -> Lines:
    if not after.mark.drill:
        return
    yield from section("What was put into play")
    if after.injects.played:
        told = any(each.origin for each in after.injects.played)
        headings = (clock(after), "Who", "What was said", *(("Why",) if told else ()))
        yield from table(headings, (_inject(each, told=told) for each in after.injects.played))
    if rest := _rest(after):
        yield from (rest, "")


def _inject(each: InjectFacts, *, told: bool) -> tuple[str, ...]:
    kinds = {
        "hint": f"hint: {each.level}",
        "move": "**the next part**",
        "alert": "monitoring",
        "sideline": "out of reach",
    }
    teller = inline(each.speaker) or kinds.get(each.kind, "bearer of bad news")
    to = f" (to {names_of(each.to)})" if each.to else ""
    text = inline(each.text, LONGEST) if each.text.strip() else "*nobody was told*"
    why = "off plan" if each.kind == "improvised" else each.origin
    return mark(each.moment.clock), teller, text + to, *((_why(why, edited=each.edited),) if told else ())


def _why(origin: str, *, edited: bool) -> str:
    known = {"planned": "planned", "contingency": "an expectation was missed"}
    return known.get(origin, origin) + (", in other words" if edited else "")


def _rest(after: AfterAction) -> str:
    """Only numbers: what was not played may be played another day."""
    parts = [
        f"{many(count, 'inject')} {'was' if count == 1 else 'were'} {what}"
        for count, what in ((after.injects.skipped, "left out"), (after.injects.never_played or 0, "never played"))
        if count
    ]
    return f"{capital(listed(parts))}." if parts else ""


def changed(after: AfterAction) -> Lines:
    changes = _behind(after).changes
    if not changes:
        return
    yield from section("How the plan was changed")
    yield from table(
        (clock(after), "By", "What"),
        ((_when(after, each.moment), inline(each.moment.who), inline(each.what, LONGEST)) for each in changes),
    )


# --- Murphy


def murphy(after: AfterAction) -> Lines:
    told = _behind(after).murphy
    if told is None or not (told.draws or told.quiet or told.vetoed):
        return
    modes = "; ".join(f"from {mark(at)} {MURPHY_MODES.get(mode, mode)}" for at, mode in told.modes)
    yield from section("Murphy", inline(f"How he played along: {modes}."))
    for each in told.draws:
        yield from _draw(after, each)
    yield from ("Besides:", "")
    yield from bullets(_murphy_rest(told))


def _draw(after: AfterAction, draw: DrawFacts) -> Lines:
    other = f"{inline(draw.played)} was played instead" if draw.played else "nothing was played"
    became = "it was played" if draw.played == draw.chosen else other
    yield f"At {_when(after, draw.moment)}; {became}:"
    yield ""
    yield from bullets(draw.why.splitlines())


def _murphy_rest(told: MurphyFacts) -> Iterator[str]:
    if told.quiet:
        yield f"{capital(many(told.quiet, 'time'))} there was nothing to draw."
    for reason in told.vetoed:
        yield f"The dungeon master kept a mishap out of this game{f': {quoted(reason)}' if reason else '.'}"
    if told.sealed:
        kept = {True: "every draw was made from it", False: "NOT every draw was made from it", None: "it is not here"}
        yield f"The seed was {told.seed}, and its fingerprint {told.sealed} was known before; {kept[told.honest]}."


# --- what was watched, and who was out of reach


def watched(after: AfterAction) -> Lines:
    behind = _behind(after)
    if behind.stops:
        yield from section("What had to stay true, and did not")
        headings = ("What", "Owner", clock(after), "What then", "True again", "What was found")
        yield from table(headings, (_stop(each) for each in behind.stops))
    if behind.hands_off:
        yield from section("Not left to automation", "Acting too early was not hindered; it was only noted.")
        yield from table(
            (clock(after), "Who", "Did what", "After"),
            (
                (mark(each.moment.clock), inline(each.moment.who), inline(each.what), inline(each.after))
                for each in behind.hands_off
            ),
        )
    if after.game and after.game.out:
        yield from section("Out of reach for a while", "Each of them had agreed to it.")
        yield from table(
            ("Who", "From", "Until", "Why, as the others heard it"),
            (
                (
                    inline(each.who),
                    mark(each.out.clock),
                    mark(each.back.clock) if each.back else "the end",
                    inline(each.why),
                )
                for each in after.game.out
            ),
        )


_THEN = {"pause": "play was paused", "roll-back": "what was broken was undone", "abort": "the game was ended"}


def _stop(each: StopFacts) -> tuple[str, ...]:
    again = mark(each.again.clock) if each.again else "never"
    return (
        inline(each.what),
        inline(each.owner),
        mark(each.tripped.clock),
        inline(_THEN.get(each.then, each.then)),
        again,
        inline(each.detail),
    )


def practised(after: AfterAction) -> Lines:
    """What the drill showed of each way in which a service fails."""
    cells = _behind(after).cells
    if not cells:
        return
    yield from section("What was practised")
    yield from table(
        ("Service", "Failure", "Verdict", "Outcome", "Why"),
        (
            (
                inline(each.service),
                inline(each.mode),
                f"**{each.verdict}**",
                f"{each.outcome:.2f}",
                inline(each.why, LONGEST),
            )
            for each in cells
        ),
    )
    yield from ("The outcome is of the drill, from 1 (went well) to 0; it is nobody's mark.", "")


# --- before it began, and what was thought meanwhile


def prepared(after: AfterAction) -> Lines:
    behind = _behind(after)
    if not (behind.preflights or behind.go):
        return
    yield from section("Before it began")
    said: list[tuple[Moment, str, str]] = [
        (each.moment, "Preflight", _findings(each.findings) or "nothing was found out") for each in behind.preflights
    ]
    said += [(each.moment, f"{'Go' if each.go else 'No-go'} for {each.role}", each.reason or "") for each in behind.go]
    rows = (
        (_when(after, at), inline(what), inline(why)) for at, what, why in sorted(said, key=lambda each: each[0].at)
    )
    yield from table(("Time", "What", "Said"), rows)


def _findings(findings: Iterable[tuple[str, bool, str]]) -> str:
    return " ".join(
        f"{what}: {'yes' if holds else 'NO'}{f' ({detail})' if detail else ''}." for what, holds, detail in findings
    )


def observed(after: AfterAction) -> Lines:
    notes = _behind(after).observed
    if not notes:
        return
    yield from section("Noted by those who directed and evaluated")
    yield from table(
        (clock(after), "Who", "About", "What"),
        (
            (_when(after, each.moment), inline(each.moment.who), inline(each.about), inline(each.text, LONGEST))
            for each in notes
        ),
    )


def made_of(after: AfterAction) -> Lines:
    """What the game was played with, so that it can be played again with the same."""
    if not (after.game and after.game.digests):
        return
    yield from section("What it was made of", "SHA-256 of each text, as it was when the game was planned.")
    yield from table(("What", "Digest"), _digests(after.game.digests.items()))


def _digests(digests: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    return [(inline(name), f"`{inline(value)}`") for name, value in sorted(digests)]
