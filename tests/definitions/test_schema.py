"""The JSON Schemas, and that they agree with the loader."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from warroom.core import steps
from warroom.definitions.library import shipped
from warroom.definitions.lint import lint
from warroom.definitions.schema import questions, schema

KINDS = ("runbook", "scenario", "catalogue", "allowed")
SHIPPED = sorted(shipped().rglob("*.yaml"))
MISTAKES = Path(__file__).parent / "mistakes"


def validator(file: Path) -> tuple[jsonschema.Draft7Validator, object]:
    value = yaml.safe_load(file.read_text())
    kind = next(iter(value))
    return jsonschema.Draft7Validator(schema(kind)), value


@pytest.mark.parametrize("kind", KINDS)
def test_is_a_schema(kind: str) -> None:
    """What is drawn is a valid schema of draft 7, which is what editors read."""
    jsonschema.Draft7Validator.check_schema(schema(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_help(kind: str) -> None:
    """Nothing can be asked of an author that is not explained."""
    assert [f"{each.path}/{each.key}" for each in questions(kind) if not each.help.strip()] == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_shipped_content_is_valid(file: Path) -> None:
    """Whoever opens a shipped file in an editor sees no mistakes."""
    checks, value = validator(file)
    assert [error.message for error in checks.iter_errors(value)] == []


@pytest.mark.parametrize(
    "mistake",
    [
        *(
            "unknown-keys",
            "step-without-a-kind",
            "kind-of-step-misspelt",
            "two-kinds-in-one-step",
            "everything-missing",
        ),
        *(
            "no-steps",
            "lengths",
            "name-with-capitals",
            "mapping-instead-of-a-list",
            "wrong-shapes",
            "check-of-two-kinds",
        ),
        *("place-on-the-clock", "two-timings", "conditions", "expectation-without-a-condition", "catalogue"),
        *("title-is-a-time-of-day", "title-is-a-number", "title-has-no-value", "answer-is-yes", "format-of-the-future"),
    ],
)
def test_an_editor_sees_the_mistake_too(mistake: str) -> None:
    """The mistakes of shape and type that lint names are mistakes by the schema as well."""
    file = MISTAKES / f"{mistake}.yaml"
    checks, value = validator(file)
    assert list(checks.iter_errors(value))
    assert lint([file])


def test_kinds_are_branches() -> None:
    """A step is of exactly one kind, and a kind's keys belong to it alone."""
    (kinds,) = schema("runbook")["properties"]["steps"]["items"]["allOf"]
    branches = {next(key for key in each["required"] if key in steps.KINDS): each for each in kinds["oneOf"]}
    assert set(branches) == set(steps.KINDS)
    assert branches["do"]["properties"]["answers"] is False
    assert branches["choose"]["properties"]["commands"] is False
    assert "title" not in branches["do"]["properties"]


def test_an_inject_has_a_kind_and_a_time() -> None:
    """Two independent choices become two sets of branches."""
    kinds = schema("scenario")["properties"]["injects"]["items"]["allOf"]
    assert [len(each["oneOf"]) for each in kinds] == [4, 7]
