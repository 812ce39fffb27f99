"""Random runbooks as text, for the laws of what reads and rewrites it: in all ways of writing, with comments anywhere."""

from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

NAMES = [f"s{at}" for at in range(6)]
# Texts that YAML, or a careless writer of it, may trip over.
TEXTS = st.one_of(
    st.sampled_from(
        [
            *(
                "Look.",
                "yes",
                "10:30",
                "#ops",
                "a: b",
                "it's",
                'say "no"',
                "- dash",
                "? what",
                "back\\slash",
                "1",
                "null",
                "~",
            ),
            *(
                "two\nlines",
                "  indented\nthen not",
                "ends with a colon:",
                "a #hash",
                "a # comment",
                "{{ x }}",
                "[a]",
                "%dir",
            ),
            *(
                "long " * 40 + "end",
                "a  b   c " * 20 + "d",
                "tab\there",
                "line\n\nafter a blank one",
                "<pod> in <ns>",
                "=",
                "!tag",
            ),
            *(
                "日本語 " * 30 + "です",
                "emoji 🙂",
                "no\u00a0break",
                "sep\u2028arator",
                "*bold*",
                "@who",
                "`code`",
            ),
        ]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40).filter(lambda text: text.strip()),
)
# Texts that a definition must not hold, but that a file of YAML may.
REFUSED = st.one_of(
    TEXTS, st.just("next\u0085line"), st.text(min_size=1, max_size=40).filter(lambda text: text.strip())
)

ODD = st.sampled_from(["", "a: x", "- y", "#", '"'])  # what a comment may hold


@st.composite
def steps(draw: st.DrawFn, names: Sequence[str], texts: st.SearchStrategy[str]) -> list[dict[str, Any]]:
    goto = st.sampled_from([*names, "end"])
    found = []
    for name in names:
        kind = draw(st.sampled_from(["do", "choose", "check", "wait"]))
        step: dict[str, Any] = {"id": name, "title": draw(texts)}
        if kind == "do":
            step |= {"do": draw(texts), "commands": draw(st.lists(texts, max_size=2))}
        elif kind == "choose":
            answers = [{"answer": "a", "goto": draw(goto)}, {"answer": "b", "label": draw(texts)}]
            step |= {"choose": draw(texts), "answers": answers[: draw(st.integers(1, 2))]}
        elif kind == "check":
            step |= {"check": {"tcp": {"target": "db.example.org:1", "within": "5s"}}, "holds": draw(goto)}
        else:
            step["wait"] = "5m"
        for key in draw(st.sets(st.sampled_from(["who", "expected", "overdue", "next", "phase", "failed"]))):
            step[key] = {"who": "web SME", "expected": "2m", "overdue": "9m", "phase": "Find out"}.get(key) or draw(
                goto
            )
        found.append(dict(draw(st.permutations(list(step.items())))) if draw(st.booleans()) else step)
    return found


@st.composite
def documents(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """The text of a runbook without comments, written by PyYAML in one of its ways."""
    names = NAMES[: draw(st.integers(2, len(NAMES)))]
    runbook = {"runbook": 1, "id": "book", "title": draw(texts), "steps": draw(steps(names, texts))}
    runbook |= draw(st.sampled_from([{}, {"owner": "us"}, {"summary": draw(texts)}, {"services": ["web", "mail"]}]))
    style = draw(st.sampled_from([None, False]))
    return yaml.safe_dump(
        runbook,
        sort_keys=False,
        default_flow_style=style,
        allow_unicode=draw(st.booleans()),
        width=draw(st.sampled_from([60, 10_000])),
        indent=draw(st.sampled_from([2, 4])),
    )


@st.composite
def commented(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> tuple[str, list[str]]:
    """A runbook with comments in it, above lines and behind values; the comments are named, each once."""
    text = draw(documents(texts))
    lines, said = [], list[str]()
    safe = _between(text)
    for number, line in enumerate(text.splitlines()):
        if number in safe and draw(st.integers(0, 3)) == 0:
            for _ in range(draw(st.integers(1, 2))):
                said.append(f"# c{len(said)} {draw(ODD)}.")
                lines += [*([""] if draw(st.booleans()) else []), " " * draw(st.integers(0, 8)) + said[-1]]
        if number + 1 in safe and number in safe and draw(st.integers(0, 5)) == 0:
            said.append(f"# c{len(said)}.")
            line = f"{line} {said[-1]}"
        lines.append(line)
    return "\n".join(lines) + "\n", said


def _between(text: str) -> set[int]:
    """The lines at which no value is open, so that a comment may stand before them."""
    spans = [
        (event.start_mark.line, event.end_mark.line)
        for event in yaml.parse(text)
        if isinstance(event, yaml.ScalarEvent) and event.start_mark.line != event.end_mark.line
    ]
    return {
        number
        for number in range(len(text.splitlines()) + 1)
        if not any(first < number <= last for first, last in spans)
    }
