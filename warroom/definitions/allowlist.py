"""Reading the operator's allow-list: one file, named by a setting, never found in a folder of runbooks."""

from pathlib import Path

from warroom.core.allowed import Allowed
from warroom.definitions.loader import called
from warroom.definitions.problems import DefinitionError
from warroom.definitions.sources import gather


def load_allowed(file: str) -> Allowed:
    """The allow-list in this file; it allows nothing when `file` is empty.

    Raises DefinitionError with everything that is wrong, a missing file included.
    """
    if not file:
        return Allowed()
    path = Path(file)
    if path.is_dir():
        path = path / "allowed.yaml"  # a folder is a mistake that the sentence about the missing file explains
    (source,) = gather([path])
    if source.value is not None and not isinstance(source.value, Allowed):
        source.fields.complain(
            "", f"this is not an allow-list, but {called(source.fields.first())}", "begin with `allowed: 1`"
        )
    if source.problems or not isinstance(source.value, Allowed):
        raise DefinitionError(source.problems)
    return source.value
