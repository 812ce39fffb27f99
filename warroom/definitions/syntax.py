"""YAML's own complaints in plain English. YAML says what it expected; people want to know what to write."""

import yaml

from warroom.definitions.problems import shown

# What the reader of YAML says (either of PyYAML's two readers) -> what a person can do about it.
_SENTENCES = (
    (
        ("mapping values are not allowed",),
        "a colon and a space (`: `) cannot stand here",
        "put a text that holds a colon in quotes, or indent the line as far as its neighbours",
    ),
    (("unexpected end of stream", "found unexpected document indicator"), "a quote is opened and never closed", ""),
    (
        ("found unknown escape character",),
        "a backslash in double quotes starts an escape YAML does not know",
        "use single quotes",
    ),
    (
        ("did not find expected ',' or ']'", "expected ',' or ']'"),
        "a list opened with `[` is not closed, or lacks a comma",
        "",
    ),
    (
        ("did not find expected ',' or '}'", "expected ',' or '}'"),
        "a mapping opened with `{` is not closed, or lacks a comma",
        "",
    ),
    (
        ("could not find expected ':'",),
        "a key has no colon after it",
        "write `key: value`; put a text of several lines behind `|`",
    ),
    (("directive",), "a line that begins with `%` is an instruction to YAML", "put the text in quotes"),
    (
        ("did not find expected key", "did not find expected '-' indicator", "expected <block end>"),
        "this line does not fit the lines above it",
        "indent it as far as its neighbours; a list item begins with `- `, anything else is `key: value`",
    ),
)


def explain(error: yaml.YAMLError, text: str) -> tuple[int, str, str]:
    """Where YAML stopped (an index into `text`), why in a plain sentence, and what to write instead."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = str(getattr(error, "problem", None) or "")
    index = min(mark.index, len(text)) if mark else 0
    if "end of stream" in said and (opened := getattr(error, "context_mark", None)):
        index = min(opened.index, len(text))
    return index, *_reason(said, text[index : index + 1])


def _reason(said: str, character: str) -> tuple[str, str]:
    if "tab character" in said or character == "\t":
        return "there is a tab here", "indent with spaces"
    if "cannot start any token" in said:
        return f"a text may not begin with `{shown(character)}`", "put the text in quotes"
    for needles, sentence, suggestion in _SENTENCES:
        if any(needle in said for needle in needles):
            return sentence, suggestion
    return f"YAML cannot read this ({shown(said) or 'it does not say why'})", ""
