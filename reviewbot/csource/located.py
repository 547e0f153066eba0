"""The functions of a text that is mostly like another one: what both have is searched once."""

from __future__ import annotations

from dataclasses import dataclass

from reviewbot.csource.alike import same_end, same_start
from reviewbot.csource.locate import Place, Search


@dataclass(frozen=True, slots=True)
class Located:
    """`closed` says that every bracket was, so that no function's place hangs on the text
    after it."""

    text: bytes
    places: tuple[Place, ...]
    closed: bool


def located(text: bytes, like: Located | None = None) -> Located:
    """The functions of a text, as `functions_in` finds them.

    Between two functions a search knows nothing but where it is. So where the text begins as
    `like` does it would find the same again, and once a function ends where both go on alike,
    so do all that follow.
    """
    search = Search(text)
    if like is None or not like.closed:
        return Located(text, tuple(search.places()), search.closed)
    places = _before(like, same_start(text, like.text))
    later = _after(like, same_end(text, like.text), len(text) - len(like.text))
    for place in search.places(places[-1].end if places else 0):
        places.append(place)
        if place.end in later:
            by, number = len(text) - len(like.text), later[place.end]
            places += [_moved(each, by) for each in like.places[number:]]
            break
    return Located(text, tuple(places), search.closed)


def _before(like: Located, length: int) -> list[Place]:
    """The functions in the first `length` bytes. The last closes in column 0: for any other
    brace the search looks for one that does, and that may lie further on."""
    places = [place for place in like.places if place.end <= length]
    while places and like.text[places[-1].end - 2 : places[-1].end] != b"\n}":
        places.pop()
    return places


def _after(like: Located, length: int, by: int) -> dict[int, int]:
    """Of the functions that end in the last `length` bytes where they end if all is moved by
    so much, and the number of the next."""
    first = len(like.text) - length
    ends = ((place.end, number) for number, place in enumerate(like.places, 1))
    return {end + by: number for end, number in ends if end >= first}


def _moved(place: Place, by: int) -> Place:
    start, brace, end = place.start + by, place.brace + by, place.end + by
    return Place(place.name, place.signature, start, brace, end)
