"""JSONPath (RFC 9535) for checks: what is at a path, with bounds on what a path may cost.

A path is somebody's text and so is the document. Two descents, or the root again inside a filter, make the work grow
with the square of the document; long lists of selectors one after another double it each time; and the functions `match`
and `search` run regular expressions that may never end. None of them is needed to look at a health page.

The library is imported with the first path: it takes a tenth of a start, and most bots never see a path.
"""

import json
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsonpath import JSONPathEnvironment

_LONGEST = 300  # characters of a path
_MOST = 1_000  # values that are looked at
_COMMAS = 5


class Unusable(Exception):
    """A path cannot be used; half a sentence says why."""


def find(path: str, document: object) -> list[object]:
    """The values at this path. Raises Unusable."""
    if len(path) > _LONGEST or path.count("..") > 1 or path.count("$") > 1 or path.count(",") > _COMMAS:
        raise Unusable(f"{path[:60]!r} is more than a check works out; name the place more directly")
    from jsonpath.exceptions import JSONPathError

    try:
        return [match.obj for match in islice(_environment().finditer(path, _holding(document)), _MOST)]
    except (JSONPathError, RecursionError) as error:
        why = error.args[0] if error.args else "it leads too deep"  # the library's own str() can fail
        raise Unusable(f"{path!r} cannot be used as a JSONPath: {why}") from None


def equal(found: object, wanted: str) -> bool:
    """Whether a value is what somebody wrote: a text as it is, anything else as JSON writes it, numbers by their value."""
    if isinstance(found, str):
        return found == wanted
    if isinstance(found, int | float) and not isinstance(found, bool):
        try:
            return found == float(wanted)
        except ValueError:
            return False
    try:
        return bool(found == json.loads(wanted) and type(found) is type(json.loads(wanted)))
    except (ValueError, RecursionError):
        return False


def written(found: object) -> str:
    """A value as it would be written in `equals`."""
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def _environment() -> "JSONPathEnvironment":
    from jsonpath import JSONPathEnvironment

    environment = JSONPathEnvironment(strict=True)
    for costly in ("match", "search"):
        environment.function_extensions.pop(costly, None)
    return environment


def _holding(document: object) -> str | list[object] | dict[str, object]:
    """The library takes a string for JSON text, and so is given the text of what is neither a list nor an object."""
    return document if isinstance(document, list | dict) else json.dumps(document)
