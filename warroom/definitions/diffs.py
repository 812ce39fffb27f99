"""Unified diffs that `patch -p1` and `git apply` take."""

import difflib
import re

_NO_END = "\\ No newline at end of file\n"


def unified(path: str, before: str | None, after: str) -> str:
    """What changes in the file at `path` (from the folder's root, with `/`); `before` is None for a new file.

    Empty when nothing does. Lines end where `\\n` stands, as both programs see it; whatever else is in them stays.
    """
    if before == after:
        return ""
    old, new = _lines(before or ""), _lines(after)
    first = "/dev/null" if before is None else _named(f"a/{path}")
    body = list(difflib.unified_diff(old, new, first, _named(f"b/{path}")))
    return "".join((*(line.rstrip("\n") + "\n" for line in body[:2]), *(_ended(line) for line in body[2:])))


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _ended(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n{_NO_END}"


def _named(path: str) -> str:
    """A path as git writes it: in quotes where it holds what would end or bend the line, with a tab where it has spaces."""
    if any(not each.isprintable() or each in '"\\' for each in path):
        raw = "".join(
            chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in path.encode()
        )
        return f'"{raw}"'
    return f"{path}\t" if " " in path else path
