"""The content that comes with warroom, read once by each process: reading it takes longer than most tests do."""

from functools import cache

from warroom.definitions.library import Library, load_library, shipped


@cache
def shipped_library() -> Library:
    """Nobody can change it, so everybody may have the same."""
    return load_library([shipped()])
