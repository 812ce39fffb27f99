"""Where the corpus is: files that others have written, beside the repository on machines that have it."""

from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"


def needs(folder: str) -> pytest.MarkDecorator:
    """Skip, with a reason, where this part of the corpus is not."""
    return pytest.mark.skipif(not (CORPUS / folder).is_dir(), reason=f"the corpus of {folder} is not on this machine")


def files(folder: str, pattern: str = "*") -> list[Path]:
    return sorted(path for path in (CORPUS / folder).rglob(pattern) if path.is_file())
