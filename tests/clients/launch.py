"""Runs somebody's Python Slack app unchanged, with nothing but the address of Slack's Web API replaced.

    SLACK_API_URL=http://127.0.0.1:8421/api/ python launch.py their_app.py [arguments]
    SLACK_API_URL=http://127.0.0.1:8421/api/ python launch.py -m their.module [arguments]

slack_sdk takes the address as a default argument of its clients (`base_url`), which is why it is the defaults that change.
"""

import importlib
import os
import runpy
import sys
from pathlib import Path
from typing import Any

_CLIENTS = (
    ("slack_sdk.web.base_client", "BaseClient"),
    ("slack_sdk.web.async_base_client", "AsyncBaseClient"),
    ("slack_sdk.web.legacy_base_client", "LegacyBaseClient"),
)


def main() -> None:
    point_at(os.environ["SLACK_API_URL"])
    if sys.argv[1] == "-m":
        sys.argv = sys.argv[2:]
        sys.path.insert(0, os.getcwd())
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv = sys.argv[1:]
        sys.path.insert(0, str(Path(sys.argv[0]).resolve().parent))
        runpy.run_path(sys.argv[0], run_name="__main__")


def point_at(api_url: str) -> None:
    """Makes `api_url` the default of every client class of slack_sdk that can be imported (one of them wants aiohttp)."""
    for module, name in _CLIENTS:
        try:
            client: Any = getattr(importlib.import_module(module), name)
        except ImportError:
            continue
        defaults = client.__init__.__defaults__
        client.__init__.__defaults__ = tuple(api_url if value == client.BASE_URL else value for value in defaults)
        client.BASE_URL = api_url


if __name__ == "__main__":
    main()
