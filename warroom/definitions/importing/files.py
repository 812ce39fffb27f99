"""Which files are imported, and what each says: text that can be kept in YAML, or a sentence why not."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from warroom.core.declaring import dataclass
from warroom.errors import WarroomError

ENDINGS = (".md", ".markdown", ".mdown", ".mkd")
LARGEST = 1024 * 1024  # bytes; a book is no runbook
_NUL_SHARE = 0.01
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_OTHER_BREAKS = re.compile("\r\n|\r|\x85|\u2028|\u2029")


class NotImported(WarroomError):
    """A file cannot be brought in; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to import. `name` is its place below the folder that was given, with `/`; `given` how it is called."""

    path: Path
    name: str
    given: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a file says. `removed` are the lines from which characters were taken that cannot be shown or kept."""

    file: Found
    text: str
    digest: str
    removed: tuple[int, ...] = ()


def find(paths: Sequence[Path]) -> Iterator[Found]:
    """Every file named, and every Markdown file below every folder named, each once, in the order of their names."""
    seen: set[Path] = set()
    for path in paths:
        for found in _below(path) if path.is_dir() else (Found(path, path.name, path.as_posix()),):
            if found.path.resolve() not in seen:
                seen.add(found.path.resolve())
                yield found


def _below(folder: Path) -> Iterator[Found]:
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inner.parts)  # such as .git and .github
        if path.suffix.lower() in ENDINGS and not hidden and path.is_file():
            yield Found(path, inner.as_posix(), path.as_posix())


def read(file: Found) -> Written:
    """The text of a file. Raises NotImported when it holds none."""
    try:
        with file.path.open("rb") as opened:
            raw = opened.read(LARGEST + 1)
    except OSError as error:
        raise NotImported(f"{file.given}: the file cannot be read: {error.strerror}.") from error
    if len(raw) > LARGEST:
        raise NotImported(f"{file.given}: the file is larger than {LARGEST // 1024} KiB; split it.")
    return clean(file, _decoded(file, raw))


def clean(file: Found, text: str) -> Written:
    """The text with every kind of line end made `\\n`, without what YAML cannot hold. Raises NotImported when it is empty."""
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
    text = _OTHER_BREAKS.sub("\n", text.removeprefix("\ufeff"))
    removed = tuple(dict.fromkeys(text.count("\n", 0, found.start()) + 1 for found in _UNPRINTABLE.finditer(text)))
    text = _UNPRINTABLE.sub("", text)
    if not text.strip():
        raise NotImported(f"{file.given}: the file is empty.")
    return Written(file, text, digest, removed)


def _decoded(file: Found, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise NotImported(f"{file.given}: this is not UTF-8; save the file as UTF-8.") from error
    if raw.count(b"\0") > _NUL_SHARE * len(raw):
        raise NotImported(f"{file.given}: this is not a text file.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise NotImported(f"{file.given}:{line}: this is not UTF-8; save the file as UTF-8.") from error
