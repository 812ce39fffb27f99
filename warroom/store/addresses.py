"""Where the database is: the address as people write it, as SQLAlchemy wants it, and how a server is spoken to.

Several servers may be named, as libpq writes it: `postgresql://user@east:5432,west:5432/warroom`. Whichever of them takes
writes is the one that is used; when another is promoted, it is that one.
"""

import re
from typing import Final
from urllib.parse import quote, unquote, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from warroom.store.errors import StoreUnusable

# What is said to PostgreSQL unless the address says otherwise: so that a server that is gone, cut off or has become a
# standby is noticed within seconds, while the system's own patience is a quarter of an hour.
SPOKEN_TO: Final = {
    "target_session_attrs": "read-write",  # of several servers, the primary; never a standby
    "connect_timeout": "2",  # seconds, for each server
    "keepalives_idle": "3",  # a connection on which nothing happens
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "4000",  # ms that something sent may go unacknowledged
    "application_name": "warroom",
}
_SEVERAL = re.compile(r"^(?P<scheme>[\w+]+)://(?:(?P<user>[^@/]*)@)?(?P<hosts>[^/?@]*,[^/?@]*)(?P<rest>.*)$")
_HOST = re.compile(r"^(?:\[(?P<v6>[^\]]+)\]|(?P<name>[^:\[\]]*))(?::(?P<port>\d+))?$")


def read_url(url: str) -> URL:
    """The address, for SQLAlchemy. Raises StoreUnusable, which does not quote it: there may be a password in it."""
    try:
        read = _several(url) or make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnusable(
            "The database URL cannot be read; write it like sqlite:///var/warroom.db, postgresql://user@host/warroom, "
            "or, with a standby, postgresql://user@east:5432,west:5432/warroom."
        ) from None
    match read.drivername.partition("+")[0]:
        case "sqlite":
            return read
        case "postgresql" | "postgres":
            return read.set(drivername="postgresql+psycopg")
        case other:
            raise StoreUnusable(f"{other!r} is not a database warroom knows; use sqlite or postgresql.")


def connection_arguments(url: URL) -> dict[str, str]:
    """What is said to PostgreSQL at every connection, but for what the address says itself."""
    return {name: value for name, value in SPOKEN_TO.items() if name not in url.query}


def for_programs(url: URL) -> str:
    """The address as PostgreSQL's own programs read it, without a password: of several servers, the one that takes writes."""
    query = {key: value for key, value in url.query.items() if key not in ("password", "passfile")}
    servers = _servers(url)
    if servers:
        query = {key: value for key, value in query.items() if key not in ("host", "port")}
    if "," in (servers or str(query.get("host", ""))):
        query.setdefault("target_session_attrs", SPOKEN_TO["target_session_attrs"])
    user = f"{quote(url.username, safe='')}@" if url.username else ""
    rest = f"?{urlencode(query, doseq=True, quote_via=quote, safe='/')}" if query else ""
    return f"postgresql://{user}{servers}/{quote(url.database or '', safe='')}{rest}"


def in_memory(url: URL) -> bool:
    return not url.database or url.database == ":memory:"


def _servers(url: URL) -> str:
    """`east:5432,west:5432`; nothing where a socket is named: that has to stay in the query."""
    given, ports = url.query.get("host"), url.query.get("port", "")
    if given is None:
        named, numbers = [url.host or ""], [str(url.port or "")]
    elif isinstance(given, str):
        named = given.split(",")
        numbers = [str(url.port or "")] if not ports else ports.split(",") if isinstance(ports, str) else list(ports)
    else:  # as SQLAlchemy writes them, each with its port
        apart = [each.partition(":") for each in given]
        named, numbers = [each[0] for each in apart], [each[2] for each in apart]
    numbers = numbers * len(named) if len(numbers) == 1 else numbers
    if any(each.startswith("/") for each in named) or len(numbers) != len(named):
        return ""
    hosts = (f"[{each}]" if ":" in each else each for each in named)
    return ",".join(f"{host}:{port}" if port else host for host, port in zip(hosts, numbers, strict=True))


def _several(url: str) -> URL | None:
    """SQLAlchemy writes several servers in the query; everybody else writes them where one would be."""
    found = _SEVERAL.match(url)
    if found is None:
        return None
    servers = [_HOST.match(each) for each in found["hosts"].split(",")]
    if not all(servers):
        raise ValueError(url)
    hosts = ",".join(unquote(each["v6"] or each["name"]) for each in servers if each)
    ports = ",".join(each["port"] or "5432" for each in servers if each)
    user = f"{found['user']}@" if found["user"] is not None else ""
    return make_url(f"{found['scheme']}://{user}{found['rest']}").update_query_dict({"host": hosts, "port": ports})
