"""Where the database is, as people write it."""

import pytest
from sqlalchemy import create_engine

from warroom.store.addresses import SPOKEN_TO, connection_arguments, read_url
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
