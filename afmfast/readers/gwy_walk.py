"""Walk through a Gwyddion file without reading its numbers: gwyfile never returns from a file that is cut off."""

from __future__ import annotations

import struct

_FIXED = {"b": 1, "c": 1, "i": 4, "q": 8, "d": 8}
_ARRAYS = {"C": 1, "I": 4, "Q": 8, "D": 8}

#: Objects lie in objects three deep; a damaged file could pretend to more than Python can follow.
DEEPEST = 50


class Broken(Exception):
    """The file's structure leads beyond its end or into something unknown."""


def check(data: bytes) -> None:
    """Follow every component from the first byte behind the magic to the last of the file.

    Reference: Gwyddion user guide, "Gwyddion native data file format".

    Raises:
        Broken: where a name, size or type does not fit the bytes that are there.
    """
    end = _object(data, 4, len(data), 0)
    if end != len(data):
        raise Broken(f"the container ends at byte {end}, the file at {len(data)}")


def _object(data: bytes, place: int, limit: int, depth: int) -> int:
    if depth > DEEPEST:
        raise Broken(f"objects {depth} deep")
    begin = _word(data, place, limit) + 4
    end = begin + _count(data, begin - 4, limit)
    if end > limit:
        raise Broken(f"an object should end at byte {end}, its surroundings end at {limit}")
    place = begin
    while place < end:
        place = _component(data, place, end, depth)
    return end


def _component(data: bytes, place: int, limit: int, depth: int) -> int:
    place = _word(data, place, limit) + 1
    kind = chr(data[place - 1]) if place <= limit else ""
    if kind in _FIXED:
        place += _FIXED[kind]
    elif kind in _ARRAYS:
        place += 4 + _ARRAYS[kind] * _count(data, place, limit)
    elif kind == "s":
        place = _word(data, place, limit)
    elif kind == "o":
        place = _object(data, place, limit, depth + 1)
    elif kind in ("S", "O"):
        count, place = _count(data, place, limit), place + 4
        for _ in range(count):
            place = _word(data, place, limit) if kind == "S" else _object(data, place, limit, depth + 1)
    else:
        raise Broken(f"a component of the type {kind!r}")
    if place > limit:
        raise Broken(f"a component should end at byte {place}, its object ends at {limit}")
    return place


def _word(data: bytes, place: int, limit: int) -> int:
    """Place behind the closing NUL of a text."""
    end = data.find(b"\0", place, limit)
    if end < 0:
        raise Broken(f"a text without an end from byte {place} on")
    return end + 1


def _count(data: bytes, place: int, limit: int) -> int:
    if place + 4 > limit:
        raise Broken(f"a count behind the end at byte {limit}")
    return int(struct.unpack_from("<I", data, place)[0])
