"""Laws of every import, over pages put together at random from what pages are made of."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.examples import many
from tests.importing.words import lost
from warroom.core.runbook import Code, Context, Leftover, Runbook, Step
from warroom.core.steps.choose import Choose
from warroom.core.steps.do import Do
from warroom.core.values import Value
from warroom.definitions.importing import NotImported, convert, writing
from warroom.definitions.loader import read_runbook

SLOW = settings(deadline=None, max_examples=many(60), suppress_health_check=[HealthCheck.too_slow])
_STARTS = (
    "Check",
    "Restart",
    "The",
    "If",
    "Otherwise",
    "When",
    "Note:",
    "Wait",
    "Prüfen",
    "Si",
    "もし",
    "Step 2:",
    "Access",
    "See",
)
_OTHERS = (
    "pod",
    "<pod>",
    "$NAMESPACE",
    "`kubectl delete`",
    "**now**",
    "5 minutes",
    "ß",
    "データ",
    "🔥",
    "a|b",
    "[x](y.md)",
    "{{ x }}",
    "<br>",
    "1.",
    "-",
)
words = st.lists(st.sampled_from(_OTHERS), min_size=1, max_size=6).map(" ".join)
sentence = st.builds("{} {}{}".format, st.sampled_from(_STARTS), words, st.sampled_from((".", ":", "?", "")))
code = st.builds(
    "```{}\n{}\n```".format,
    st.sampled_from(("", "bash", "console", "yaml", "promql")),
    st.sampled_from(("$ ls <dir>\nfile", "rm -rf $X", "a: b\n\n  c", "export A=$(b)", "# comment", "PS C:\\> dir")),
)
listed = st.lists(st.tuples(sentence, st.booleans(), st.sampled_from(("", "nested", "code"))), min_size=1, max_size=4)


def _list(items: list[tuple[str, bool, str]], mark: str) -> str:
    lines = []
    for number, (text, task, inner) in enumerate(items, start=1):
        start = f"{number}. " if mark == "1" else f"{mark} "
        lines.append(f"{start}{'[ ] ' if task else ''}{text}")
        pad = " " * len(start)
        if inner == "nested":
            lines += [f"{pad}- Look at it", f"{pad}- or not"]
        elif inner == "code":
            lines += ["", f"{pad}```bash", f"{pad}df -h", f"{pad}```"]
    return "\n".join(lines)


lists = st.builds(_list, listed, st.sampled_from(("1", "-", "*")))
table = st.builds(
    "| {} | who |\n|---|---|\n| {} | me |\n| Look | you |".format,
    st.sampled_from(("Action", "Severity", "Step")),
    sentence.map(lambda s: s.replace("|", "/")),
)
heading = st.builds(
    "{} {}".format,
    st.integers(1, 4).map(lambda level: "#" * level),
    st.one_of(
        sentence,
        st.sampled_from(("Meaning", "Diagnosis", "Mitigation", "対応", "Étapes", "1. Check it", "KubePodDown")),
    ),
)
other = st.sampled_from(
    (
        "> quoted words",
        "<!-- a remark -->",
        "<details>\n<summary>More</summary>\n\nhidden words\n\n</details>",
        "---",
        "<pod>",
        "    indented code",
    )
)
block = st.one_of(heading, sentence, sentence, lists, lists, code, table, other)
pages = st.lists(block, min_size=1, max_size=10).map("\n\n".join)


@SLOW
@given(pages)
def test_no_word_is_lost(page: str) -> None:
    """Whatever a page is made of, each of its words is in its runbooks as often as it was written."""
    assert lost(page, [runbook for runbook, _ in _made(page)]) == []


def _made(page: str) -> tuple[tuple[Runbook, str], ...]:
    try:
        return convert(page)
    except NotImported:
        assert not page.strip()
        return ()


@SLOW
@given(pages)
def test_what_is_written_is_what_was_meant(page: str) -> None:
    """The YAML is read back, without a problem, as the same runbook; it has steps, each with a name of its own."""
    for runbook, text in _made(page):
        assert read_runbook(text, "x.yaml") == runbook
        names = [step.id for step in runbook.steps]
        assert names
        assert len(set(names)) == len(names)


@SLOW
@given(pages)
def test_proposals_can_be_taken_up(page: str) -> None:
    """With the marks of its proposals taken away a runbook is still read, and has a step more for each."""
    for runbook, text in _made(page):
        proposed = len(re.findall(r"^  # - id: ", text, re.MULTILINE))
        taken = re.sub(r"^  # (?=- id: |  )", "  ", text, flags=re.MULTILINE)
        assert len(read_runbook(taken, "x.yaml").steps) == len(runbook.steps) + proposed


@SLOW
@given(pages, sentence)
def test_a_step_at_the_end_renames_none(page: str, more: str) -> None:
    """Steps that are added at the end leave the names of all others as they are.

    Unless it is another way in a mitigation, so that there is a choice now: then its words are no step, but its question.
    """
    page = f"# Title\n\n## Checks\n\n{page}"
    before, after = _made(page)[0][0], _made(f"{page}\n\n## One more step\n\n* Restart {more}\n")[0][0]
    longer = len(after.steps) == len(before.steps) + 1 and _choices(after) == _choices(before)
    if len(_made(page)) == 1 and not _reads(before) and longer:
        assert [step.id for step in after.steps][: len(before.steps)] == [step.id for step in before.steps]


def test_a_bare_heading_is_no_way_out() -> None:
    """Of two sections in a mitigation one says nothing: then there is nothing to choose."""
    page = "# Title\n\n## Checks\n\nCheck pod.\n\n# Mitigation\n\nCheck pod.\n\n## Diagnosis"
    before, after = _made(page)[0][0], _made(f"{page}\n\n## One more step\n\n* Restart it\n")[0][0]
    assert [step.id for step in after.steps][:-1] == [step.id for step in before.steps]


def _choices(runbook: Runbook) -> int:
    what = [step.what for step in runbook.steps]
    return sum(isinstance(each, Choose) and each.options[-1].label == "None of these" for each in what)


def _reads(runbook: Runbook) -> bool:
    return runbook.steps[0].title.startswith("Read it")


@SLOW
@given(pages)
def test_the_same_page_gives_the_same_file(page: str) -> None:
    """Importing depends on nothing but the page."""
    assert _made(page) == _made(page)


@settings(deadline=None, max_examples=many(100))
@given(st.text(max_size=200))
def test_any_text_at_all(text: str) -> None:
    """Any text becomes a runbook that can be read back, or is refused because it is empty."""
    for runbook, written in _made_or_empty(text):
        assert read_runbook(written, "x.yaml") == runbook


def _made_or_empty(text: str) -> tuple[tuple[Runbook, str], ...]:
    try:
        return convert(text)
    except NotImported:
        assert not re.search(r"[^\s\x00-\x1f\x7f-\x9f\ufeff\ufffe\uffff]", text)
        return ()


kept = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), min_size=1, max_size=120
).filter(lambda text: text.strip() and text == text.rstrip("\n") and "\ufeff" not in text)


@settings(deadline=None, max_examples=many(80))
@given(kept, kept, kept)
def test_every_text_is_read_back_as_it_was(text: str, shown: str, title: str) -> None:
    """Blanks at either end, tabs, quotes, signs of YAML, right-to-left: a text is read back exactly."""
    runbook = Runbook(
        id="a",
        title=title,
        steps=(Step(id="b", title=title, what=Do(text=text), code=(Code(text=shown, output=text),), phase=shown),),
        context=(Context(title=title, text=shown),),
        values=(Value(name="v", question=text, spelled=(shown, title)),),
        leftovers=(Leftover(line=1, text=text),),
    )
    assert read_runbook(writing.write(runbook, {}), "x.yaml") == runbook
