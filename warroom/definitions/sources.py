"""Finding definition files below folders, and reading all of them before judging any."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from warroom.definitions import tree
from warroom.definitions.loader import Source, read
from warroom.definitions.problems import DefinitionError
from warroom.definitions.reader import MappingFields
from warroom.definitions.tree import Page

ENDINGS = (".yaml", ".yml")


def gather(paths: Sequence[Path]) -> tuple[Source, ...]:
    """Every file named, and every `*.yaml` and `*.yml` below every folder named, in the order of their names."""
    return tuple(_load(file) for file in files(paths))


def files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The same files, unread; one that is named twice is there once."""
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _files(path):
            found.setdefault(file.resolve(), file)
    return tuple(found.values())


def text_of(file: Path) -> str:
    """The file's text with its own line ends. Raises DefinitionError for what cannot be read."""
    source = _load(file)
    if not source.digest:
        raise DefinitionError(source.problems)
    with file.open(encoding="utf-8", newline="") as opened:
        return opened.read()


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)  # such as .git and .github
        if file.suffix in ENDINGS and not hidden and file.is_file():
            yield file


def _load(file: Path) -> Source:
    try:
        with file.open("rb") as opened:
            raw = opened.read(tree.MOST_BYTES + 1)  # one byte more than is allowed tells that it is too long
    except OSError as error:
        return _unreadable(file, "", 0, f"the file cannot be read: {error.strerror}")
    try:
        return read(raw.decode("utf-8-sig"), str(file))
    except UnicodeDecodeError as error:
        if len(raw) > tree.MOST_BYTES:  # cut in the middle of a character
            return read(raw.decode("utf-8", errors="replace"), str(file))
        before = raw[: error.start].decode("utf-8-sig")
        return _unreadable(file, before, len(before), "this is not UTF-8")


def _unreadable(file: Path, text: str, at: int, sentence: str) -> Source:
    page = Page(text, str(file))
    page.note(at, sentence, "save the file as UTF-8" if text else "")
    return Source(str(file), "", page, MappingFields(page, quiet=True))
