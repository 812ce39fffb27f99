"""What a lane's processes share: the time of day, the state of the disk, and counters that a kill cannot lose.

All of it is in small files that are mapped into memory, because a process that is about to be killed has no time to
tell anybody anything.
"""

import mmap
import struct
from collections import Counter
from pathlib import Path

from warroom.failpoints import NAMES, OF_FAULTS

FAULTY = tuple(OF_FAULTS)  # these are only come to while a game breaks something
PLACES = (*sorted(NAMES), *FAULTY)
ERRORS = ("locked", "full", "read-only", "connection lost", "lock timeout", "serialization", "deadlock", "other")
_ROW = struct.Struct("d")


class Numbers:
    """A fixed number of numbers in a file. One process writes a given number, everybody may read it."""

    def __init__(self, path: Path, size: int) -> None:
        if not path.exists():
            path.write_bytes(bytes(_ROW.size * size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), _ROW.size * size)

    def __getitem__(self, place: int) -> float:
        return float(_ROW.unpack_from(self._map, place * _ROW.size)[0])

    def __setitem__(self, place: int, value: float) -> None:
        _ROW.pack_into(self._map, place * _ROW.size, value)


class Weather:
    """What holds for every process of the lane: how wrong its clock is, and what is wrong with the disk."""

    def __init__(self, folder: Path) -> None:
        self._numbers = Numbers(folder / "weather", 3)

    @property
    def offset(self) -> float:
        """Seconds by which the clock is ahead."""
        return self._numbers[0]

    @offset.setter
    def offset(self, seconds: float) -> None:
        self._numbers[0] = seconds

    @property
    def full(self) -> bool:
        return bool(self._numbers[1])

    @full.setter
    def full(self, value: bool) -> None:
        self._numbers[1] = float(value)

    @property
    def read_only(self) -> bool:
        return bool(self._numbers[2])

    @read_only.setter
    def read_only(self, value: bool) -> None:
        self._numbers[2] = float(value)


class Tally:
    """How often one slot's processes came to each place, and met each kind of error of the database."""

    def __init__(self, folder: Path, slot: int) -> None:
        self._numbers = Numbers(folder / f"tally-{slot}", len(PLACES) + len(ERRORS))

    def arrive(self, place: str) -> None:
        self._numbers[PLACES.index(place)] += 1

    def err(self, kind: str) -> None:
        self._numbers[len(PLACES) + ERRORS.index(kind)] += 1

    def arrivals(self) -> Counter[str]:
        return Counter({name: int(self._numbers[number]) for number, name in enumerate(PLACES)})

    def errors(self) -> Counter[str]:
        return Counter({name: int(self._numbers[len(PLACES) + number]) for number, name in enumerate(ERRORS)})
