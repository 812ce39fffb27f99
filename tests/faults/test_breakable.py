"""The operator's list of what may be broken: how it is read, and what it refuses."""

import pytest

from warroom.core.breakable import DRIVERS, KINDS, MODES, Pretended, Process, Requests
from warroom.core.probes import Tcp
from warroom.definitions.loader import read_allowed
from warroom.definitions.problems import DefinitionError
from warroom.faults import DRIVERS as REAL

LIST = """\
allowed: 1
breakable:
  - target: redis/primary
    process:
      argv: [/usr/bin/redis-server, '*:6379']
      start: [/usr/bin/systemctl, start, redis]
    modes: [stop, kill]
    owners: [U0001]
    longest: 5m
    alone: 20s
    healthy:
      tcp:
        target: redis/primary
  - target: payments
    environment: production
    http:
      inject:
        method: PUT
        url: https://flags.example.org/{fault}?for={seconds}
        headers:
          Authorization: Bearer {secret:flags}
        body: '{"payments": "{mode}"}'
      undo:
        method: DELETE
        url: https://flags.example.org/{fault}
      secrets:
        flags: FLAGS_TOKEN
    modes: [down]
    owners: [U0001, U0002]
    healthy:
      http:
        target: https://pay.example.org/healthz
"""


def test_everything_is_read() -> None:
    """Each field of an entry is in its value; what is absent has its default."""
    redis, payments = read_allowed(LIST, "allowed.yaml").breakable.entries
    assert isinstance(redis.how, Process)
    assert redis.how.starts == ("/usr/bin/systemctl", "start", "redis")
    assert (redis.driver, redis.environment, redis.owners) == ("process", "staging", ("U0001",))
    assert (redis.longest.total_seconds(), redis.alone.total_seconds()) == (300, 20)
    assert redis.healthy == Tcp(target="redis/primary")
    assert isinstance(payments.how, Requests)
    assert (payments.environment, payments.how.variables()) == ("production", ("FLAGS_TOKEN",))
    assert payments.longest.total_seconds() == 900


@pytest.mark.parametrize(
    ("driver", "target", "mode", "said"),
    [
        ("process", "redis/primary", "kill", ""),
        ("pretend", "anything/at-all", "slow", ""),
        ("pretend", "redis/primary", "down", ""),
        ("process", "redis/replica", "kill", "redis/replica is not on the operator's list of what may be broken"),
        ("process", "redis/primary", "terminate", "the operator writes `modes: [stop, kill, terminate]` there"),
        ("netem", "redis/primary", "loss", "Write `driver: process` in the scenario"),
        ("process", "redis/primary", "explode", "it has stop, terminate, kill"),
        ("dynamite", "redis/primary", "kill", "There is no driver `dynamite`; there are pretend, process"),
    ],
)
def test_what_it_allows(driver: str, target: str, mode: str, said: str) -> None:
    """What is not listed is refused with what to write; what is allowed has its entry."""
    listed = read_allowed(LIST, "allowed.yaml").breakable
    refusal, entry = listed.refusal(driver, target, mode), listed.entry(driver, target, mode)
    assert said in refusal
    assert bool(said) == bool(refusal)
    assert (entry is None) == bool(said)
    if entry is not None:
        assert (entry.driver, entry.target) == (driver, target)


def test_pretending_never_touches_what_is_listed() -> None:
    """`pretend` is no way to an entry's own driver."""
    entry = read_allowed(LIST, "allowed.yaml").breakable.entry("pretend", "redis/primary", "down")
    assert entry is not None
    assert isinstance(entry.how, Pretended)
    assert not entry.real


def test_a_check_that_the_list_does_not_allow() -> None:
    """A program that shows whether it is whole must be allowed as a check in the same file."""
    text = LIST.replace("      tcp:\n        target: redis/primary", "      command:\n        argv: [redis-cli, ping]")
    with pytest.raises(DefinitionError, match="`healthy` of `redis/primary` runs `redis-cli ping`, which this list"):
        read_allowed(text, "allowed.yaml")
    allowing = text.replace("breakable:", "commands:\n  - argv: [redis-cli, ping]\n    checks: true\nbreakable:")
    assert read_allowed(allowing, "allowed.yaml").breakable.named("redis/primary")


def test_the_words_are_the_drivers() -> None:
    """Every driver of the list can be performed, and nothing else; each has modes."""
    assert set(DRIVERS) == set(REAL) == set(MODES)
    assert list(KINDS) == list(DRIVERS[1:])
    assert all(MODES.values())


@pytest.mark.parametrize(
    ("wrong", "instead", "said"),
    [
        (
            """body: '{"payments": "{mode}"}'""",
            "body: '{secret:flags}'",
            "a secret stands in a header, and nowhere else",
        ),
        ("{fault}?for={seconds}", "{fault}?by={secret:flags}", "a secret stands in a header, and nowhere else"),
        (
            "tcp:\n        target: redis/primary",
            "tcp:\n        target: x\n  - target: net\n    netem:\n      interface: eth1\n      program: bin/tc\n"
            "    modes: [loss]\n    owners: [U0001]\n    healthy:\n      tcp:\n        target: x",
            "`program: bin/tc` is neither the name of a program nor an absolute path",
        ),
    ],
)
def test_what_would_fail_when_it_is_undone(wrong: str, instead: str, said: str) -> None:
    """What would be sent as it is written, or not be found by the watchdog, is a problem of the list."""
    with pytest.raises(DefinitionError) as raised:
        read_allowed(LIST.replace(wrong, instead), "allowed.yaml")
    assert said in str(raised.value)
