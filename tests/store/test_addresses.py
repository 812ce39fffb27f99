"""Where the database is, as people write it."""

import sys

import pytest
from sqlalchemy import create_engine

from warroom.store.addresses import SPOKEN_TO, connection_arguments, for_programs, read_url
from warroom.store.db import Database
from warroom.store.errors import StoreUnusable


def spoken_to(url: str) -> dict[str, str]:
    """What the driver is given in the end."""
    read = read_url(url)
    engine = create_engine(read, connect_args=connection_arguments(read))
    arguments = engine.dialect.create_connect_args(read)[1]
    return {name: str(value) for name, value in (connection_arguments(read) | arguments).items()}


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://war@east:5432,west:6543/warroom", "east,west", "5432,6543"),
        ("postgres://war@east,west/warroom", "east,west", "5432,5432"),
        ("postgresql://war@[::1]:5432,[fe80::2]/warroom", "::1,fe80::2", "5432,5432"),
        ("postgresql://war@%2Ftmp%2Feast,%2Ftmp%2Fwest/warroom", "/tmp/east,/tmp/west", "5432,5432"),
        ("postgresql+psycopg://war@east:1,mid:2,west:3/warroom", "east,mid,west", "1,2,3"),
        ("postgresql://war@east:5433/warroom", "east", "5433"),
    ],
)
def test_several_servers(url: str, host: str, port: str) -> None:
    """Several servers are written as libpq writes them, and the driver is given all of them, in that order."""
    told = spoken_to(url)
    assert (told["host"], told["port"], told["user"], told["dbname"]) == (host, port, "war", "warroom")


def test_a_password_and_a_query() -> None:
    """A password with a comma, a colon and an at sign in it, and what stands after the question mark, are kept."""
    told = spoken_to("postgresql://war:a%2Cb%3Ac%40d@east:1,west:2/warroom?sslmode=require")
    assert (told["password"], told["sslmode"], told["host"]) == ("a,b:c@d", "require", "east,west")


def test_what_is_asked_for_by_itself() -> None:
    """A primary is asked for, and a dead one is noticed within seconds, unless the address says otherwise."""
    told = spoken_to("postgresql://war@east,west/warroom?connect_timeout=9&target_session_attrs=any")
    assert {name: told[name] for name in SPOKEN_TO} == SPOKEN_TO | {
        "connect_timeout": "9",
        "target_session_attrs": "any",
    }
    assert spoken_to("postgresql://war@east/warroom")["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    "url", ["postgresql://war:hunter2@east:port,west/warroom", "postgresql://war:hunter2@ea:st:1,west/w"]
)
def test_mistakes(url: str) -> None:
    """A server that cannot be read is refused in a sentence without the password."""
    with pytest.raises(StoreUnusable, match="with a standby") as refused:
        read_url(url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "postgresql://war:hunter2@east:5432,west:6543/warroom",
            "postgresql://war@east:5432,west:6543/warroom?target_session_attrs=read-write",
        ),
        (
            "postgresql://[::1],[fe80::2]/w?target_session_attrs=any",
            "postgresql://[::1]:5432,[fe80::2]:5432/w?target_session_attrs=any",
        ),
        ("postgresql://war@/w?host=east,west", "postgresql://war@east,west/w?target_session_attrs=read-write"),
        ("postgresql://w%40r@east/warroom?password=hunter2", "postgresql://w%40r@east/warroom"),
        ("postgresql:///w?host=/run/a b&passfile=x", "postgresql:///w?host=/run/a%20b"),
        (
            "postgresql://war@%2Ftmp%2Fa,%2Ftmp%2Fb/w",
            "postgresql://war@/w?host=/tmp/a%2C/tmp/b&port=5432%2C5432&target_session_attrs=read-write",
        ),
    ],
)
def test_as_postgresqls_programs_read_it(url: str, shown: str) -> None:
    """PostgreSQL's own programs are given every server, the one that takes writes of several, and no password."""
    assert for_programs(read_url(url)) == shown
    assert "hunter2" not in for_programs(read_url(url))


def test_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a driver for PostgreSQL the sentence says what to type, for the very Python that lacks it."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnusable) as refused:
        Database("postgresql://war@east/warroom")
    assert f"{sys.executable} -m pip install" in str(refused.value)
