"""Seeds: who and what a workspace starts with, and what is said when the file is wrong."""

from typing import Any

import pytest

from warroom.workspace import Person, Seed, SeedChannel, SeedError, SeedGroup, Workspace, read_seed

WRONG: list[tuple[Any, str]] = [
    (["ana"], "A seed is a mapping with team_name, people, channels"),
    ({"poeple": []}, "the seed: poeple is not known; did you mean people?"),
    ({"people": "ana"}, "people must be a list."),
    ({"people": ["ana"]}, r"people\[0\] must be a mapping with name, real_name"),
    ({"people": [{"name": "ana"}, {"nam": "ben"}]}, r"people\[1\]: nam is not known; did you mean name?"),
    ({"people": [{"role": "x"}]}, r"people\[0\] lacks name."),
    ({"people": [{"name": True}]}, r"people\[0\]: name must be text, not True."),
    ({"people": [{"name": "a", "tz_offset": "1"}]}, r"people\[0\]: tz_offset must be a whole number, not '1'."),
    ({"people": [{"name": "a", "guest": "often"}]}, r"people\[0\]: guest must be one of multi, single, not 'often'."),
    ({"channels": [{"name": "a", "is_private": "yes"}]}, r"channels\[0\]: is_private must be true or false"),
    ({"channels": [{"name": "a", "members": "ana"}]}, r"channels\[0\]: members must be a list of texts."),
    ({"channels": [{"name": "a", "rules": ["quiet"]}]}, r"channels\[0\]: rules must be one of read_only, thread_only"),
    ({"groups": [{"handle": "x"}]}, r"groups\[0\] lacks name."),
    ({"plan": "gold"}, "plan must be one of free, pro, not 'gold'."),
]


@pytest.mark.parametrize(("document", "sentence"), WRONG)
def test_a_wrong_seed_is_refused_with_its_place(document: Any, sentence: str) -> None:
    """What is wrong with a seed is said with the place in it and what would be right."""
    with pytest.raises(SeedError, match=sentence):
        read_seed(document)


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [
        (Seed(channels=(SeedChannel(name="Ops"),)), "#Ops cannot be the name of a channel: invalid_name_specials"),
        (Seed(channels=(SeedChannel(name="ops", members=("zoe",)),)), "#ops names zoe, who is not among the people."),
        (Seed(groups=(SeedGroup(handle="g", name="G", members=("zoe",)),)), "@g names zoe"),
    ],
)
def test_a_seed_that_contradicts_itself_is_refused(seed: Seed, sentence: str) -> None:
    """A seed whose channels or groups name nobody's name, or have a name Slack would not take, is refused."""
    with pytest.raises(SeedError, match=sentence):
        Workspace(seed=seed)


def test_a_seed_is_the_same_from_yaml_and_from_python() -> None:
    """Everything a seed can hold can be written in a file."""
    document = {
        "team_name": "Narwhal",
        "plan": "free",
        "restricted": ["conversations.create"],
        "people": [
            {"name": "ana", "role": "Responder", "tz_offset": 3600, "is_admin": True},
            {"name": "gus", "guest": "single"},
            {"name": "vic", "company": "Vendor & Co"},
        ],
        "channels": ["general", {"name": "bridge", "members": ["ana", "vic"], "shared_with": ["Vendor & Co"]}],
        "groups": [{"handle": "oncall", "name": "On call", "members": ["ana"]}],
    }
    assert read_seed(document) == Seed(
        team_name="Narwhal",
        plan="free",
        restricted=("conversations.create",),
        people=(
            Person(name="ana", role="Responder", tz_offset=3600, is_admin=True),
            Person(name="gus", guest="single"),
            Person(name="vic", company="Vendor & Co"),
        ),
        channels=("general", SeedChannel(name="bridge", members=("ana", "vic"), shared_with=("Vendor & Co",))),
        groups=(SeedGroup(handle="oncall", name="On call", members=("ana",)),),
    )
