"""Alert sources: one file each, which turns what a monitoring system posts into a group of alerts. Pure.

To add one: a file like its neighbours, its line in `SOURCES`, payloads with what they become, a heading in the docs.
"""

from collections.abc import Callable

from warroom.alerts import alertmanager
from warroom.alerts.group import Group, NotThisSource, delivery_keys

Source = Callable[[object], Group]  # decoded JSON in, a group out; raises NotThisSource and nothing else

SOURCES: dict[str, Source] = {
    "alertmanager": alertmanager.read,
}

__all__ = ["SOURCES", "Group", "NotThisSource", "Source", "delivery_keys"]
