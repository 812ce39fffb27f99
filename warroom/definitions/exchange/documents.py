"""Reading other programs' JSON and YAML: within limits, and with a sentence and a line for whatever is wrong."""

import io
import json
import re
import zipfile
import zlib
from datetime import date
from pathlib import Path
from typing import Any, Never

import yaml

from warroom.definitions.exchange.brought import NotBrought
from warroom.definitions.problems import shown

LARGEST = 4 * 1024 * 1024  # bytes
DEEPEST = 60
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# What YAML cannot hold, and what no message should: control characters, half characters, and those that are none.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_OTHER_BREAKS = re.compile("\r\n|\r|\x85|\u2028|\u2029")


def raw(path: Path) -> bytes:
    """The file's bytes. Raises NotBrought when it cannot be read or is too large."""
    try:
        with path.open("rb") as opened:
            found = opened.read(LARGEST + 1)
    except OSError as error:
        raise NotBrought(f"{path}: the file cannot be read: {error.strerror}.") from error
    if len(found) > LARGEST:
        raise NotBrought(f"{path}: the file is larger than {LARGEST // 1024 // 1024} MiB; split it.")
    return found


def text(path: Path) -> str:
    """The file's text. Raises NotBrought for what is not UTF-8 (or UTF-16 with its mark)."""
    found = raw(path)
    encoding = "utf-16" if found.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return found.decode(encoding)
    except UnicodeDecodeError as error:
        line = found.count(b"\n", 0, error.start) + 1
        raise NotBrought(f"{path}:{line}: this is not UTF-8; save the file as UTF-8.") from error


def document(path: Path) -> Any:
    """What a file of JSON or YAML says. Raises NotBrought with the line where it stops making sense."""
    said = text(path)
    if not said.strip():
        raise NotBrought(f"{path}: the file is empty.")
    if said.lstrip()[:1] in "{[" and path.suffix.lower() not in (".yaml", ".yml"):
        return _json(said, path)
    return _yaml(said, path)


def unpacked(path: Path) -> Any:
    """What the one JSON file in a ZIP says; the attachments beside it are not read."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw(path))) as archive:
            inside = [part for part in archive.infolist() if part.filename.lower().endswith(".json")]
            if len(inside) != 1:
                raise NotBrought(
                    f"{path}: there is not one JSON file in it, but {len(inside)}; unpack it and give the right one."
                )
            if inside[0].file_size > LARGEST:
                raise NotBrought(
                    f"{path}: unpacked, {inside[0].filename} is larger than {LARGEST // 1024 // 1024} MiB; split it."
                )
            said = archive.read(inside[0]).decode("utf-8-sig")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise NotBrought(f"{path}: this ZIP file cannot be read ({error}); pack it anew.") from None
    return _json(said, path)


def _json(said: str, path: Path) -> Any:
    try:
        found = json.loads(said, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise NotBrought(f"{path}:{error.lineno}: this is not JSON: {error.msg}; mend that line.") from None
    except (ValueError, RecursionError) as error:
        raise NotBrought(f"{path}: this JSON cannot be read ({shown(str(error))}).") from None
    _must_be_shallow(found, path)
    return found


def _no_number(word: str) -> Never:
    raise ValueError(f"{word} is not a number")


def _yaml(said: str, path: Path) -> Any:
    try:
        _must_be_plain(said, path)
        found = _as_json_has_it(yaml.load(said, Loader=_LOADER))  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        why = shown(str(getattr(error, "problem", None) or "it does not say why"))
        raise NotBrought(f"{path}{line}: YAML cannot read this ({why}); mend that line.") from None
    except (ValueError, RecursionError) as error:  # such as the 31st of February
        raise NotBrought(f"{path}: YAML cannot read this ({shown(str(error))}).") from None
    return found


def _as_json_has_it(found: Any) -> Any:
    """The same without what JSON has no word for: dates become texts. Raises ValueError for what only YAML's tags make."""
    match found:
        case dict():
            return {_as_json_has_it(key): _as_json_has_it(value) for key, value in found.items()}
        case list():
            return [_as_json_has_it(each) for each in found]
        case date():  # a moment is one, too
            return str(found)
        case None | str() | int() | float():
            return found
    raise ValueError(f"a value is {type(found).__name__}; write it as a text")


def _must_be_plain(said: str, path: Path) -> None:
    """Aliases let a small file grow without end, and depth costs the stack; both are refused before anything is built."""
    depth = 0
    for event in yaml.parse(said, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise NotBrought(f"{path}:{line}: `*{shown(event.anchor or '')}` is an alias; write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise NotBrought(f"{path}:{line}: this is nested more than {DEEPEST} deep.")


def _must_be_shallow(found: Any, path: Path) -> None:
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        level = [each for part in level for each in _inside(part)]
        if not level:
            return
    raise NotBrought(f"{path}: this is nested more than {DEEPEST} deep.")


def _inside(part: Any) -> list[Any]:
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [each for each in inner if isinstance(each, (dict, list))]


# --- what others say, as a scenario can hold it


def clean(value: object) -> str:
    """Any value as a text that a definition can hold: one kind of line end, nothing unprintable, no line ends behind."""
    if value is None or isinstance(value, (dict, list)):
        return ""
    said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    said = _UNPRINTABLE.sub("", _OTHER_BREAKS.sub("\n", said)).rstrip("\n")
    return said if said.strip() else ""


def items(value: object) -> list[Any]:
    """The items of a list; none of anything else."""
    return value if isinstance(value, list) else []


def mapping(value: object) -> dict[str, Any]:
    """A mapping as it is; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def line(value: object) -> str:
    """The same on one line."""
    return " ".join(clean(value).split())


def shortened(said: str, most: int = 80) -> str:
    """The first sentence or line, cut between words where it is longer than `most`."""
    first = said.strip().partition("\n")[0].strip()
    sentence = re.match(r".{12,}?[.!?](?=\s|$)", first)
    first = sentence[0].rstrip(".") if sentence else first
    if len(first) <= most:
        return first
    return f"{first[: most - 1].rsplit(' ', 1)[0].rstrip(',;:')}…"
