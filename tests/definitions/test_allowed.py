"""The operator's allow-list as a file: read like a definition, and never found among them."""

from pathlib import Path

import pytest

from warroom.core.actions import CallUrl, RunCommand
from warroom.core.allowed import CHECK, Allowed, AllowedCommand, AllowedUrl
from warroom.definitions.allowlist import load_allowed
from warroom.definitions.library import load_library
from warroom.definitions.lint import lint
from warroom.definitions.loader import read_allowed
from warroom.definitions.problems import DefinitionError

LIST = r"""allowed: 1
commands:
  - argv: [pg_isready, -h, 'db-[a-z]+\.internal']
    checks: true
  - argv: [/usr/bin/systemctl, restart, web]
    acts: true
    drills: true
    environment: [PAGER]
    folder: /srv
urls:
  - url: 'https://pager\.example\.org/v1/(page|ack)'
    secrets: {pager: PAGER_TOKEN}
  - url: 'https://web\.example\.org/cache'
    methods: [DELETE]
    drills: true
"""


def test_everything_is_read() -> None:
    """Each field of the file is in the value, and what is absent is not allowed."""
    assert read_allowed(LIST, "allowed.yaml") == Allowed(
        commands=(
            AllowedCommand(argv=("pg_isready", "-h", r"db-[a-z]+\.internal"), checks=True),
            AllowedCommand(
                argv=("/usr/bin/systemctl", "restart", "web"),
                acts=True,
                drills=True,
                environment=("PAGER",),
                folder="/srv",
            ),
        ),
        urls=(
            AllowedUrl(
                methods=("POST",), url=r"https://pager\.example\.org/v1/(page|ack)", secrets={"pager": "PAGER_TOKEN"}
            ),
            AllowedUrl(methods=("DELETE",), url=r"https://web\.example\.org/cache", drills=True),
        ),
    )


def test_what_it_allows() -> None:
    """Checks and acts are allowed apart; requests by method and address."""
    allowed = read_allowed(LIST, "allowed.yaml")
    ready = ("pg_isready", "-h", "db-east.internal")
    assert allowed.command(ready, CHECK)
    assert allowed.act(RunCommand(argv=ready)) is None
    assert allowed.act(RunCommand(argv=("/usr/bin/systemctl", "restart", "web")))
    assert allowed.act(CallUrl(method="POST", url="https://pager.example.org/v1/page"))
    assert allowed.act(CallUrl(method="GET", url="https://pager.example.org/v1/page")) is None
    assert allowed.act(CallUrl(method="DELETE", url="https://web.example.org/cache"))


def test_loading(tmp_path: Path) -> None:
    """The file that the setting names is read; no setting allows nothing."""
    (tmp_path / "allowed.yaml").write_text(LIST)
    assert load_allowed(str(tmp_path / "allowed.yaml")) == read_allowed(LIST, "allowed.yaml")
    assert load_allowed("") == Allowed()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "allowed.yaml:1:1: the file cannot be read: No such file or directory"),
        ("", "allowed.yaml:1:1: the file is empty; "),
        ("catalogue: 1\n", "allowed.yaml:1:1: this is not an allow-list, but a catalogue; begin with `allowed: 1`"),
        ("allowed: 2\n", "allowed.yaml:1:1: this warroom reads format 1 of an allow-list; write `allowed: 1`"),
        ("allowed: 1\ncommand: []\n", "allowed.yaml:2:1: "),
    ],
)
def test_a_file_that_will_not_do(tmp_path: Path, text: str | None, said: str) -> None:
    """A missing file, another kind of file and a mistake are named with their line, like any definition's."""
    file = tmp_path / "allowed.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        load_allowed(str(file))
    assert str(caught.value).startswith(f"{tmp_path}/{said}")


def test_a_folder_of_runbooks_allows_nothing(tmp_path: Path) -> None:
    """An allow-list that lies among runbooks is no mistake to lint, and is not taken for the operator's."""
    (tmp_path / "allowed.yaml").write_text(LIST)
    assert lint([tmp_path]) == ()
    assert not hasattr(load_library([tmp_path]), "allowed")
