"""Following a session in the segments themselves: what the index tells, in the same order, or a refusal to tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from simulator.journal.following import Follower, LostError
from simulator.journal.writer import JournalOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.journal.exchange import Exchange
    from simulator.journal.store import Journal

SMALL = JournalOptions(segment_bytes=20_000)


def test_what_one_session_receives_is_told_once_with_its_place_among_all(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    journal = opened()
    journal.append(replace(plain, session="mine", path="before"))
    follower = Follower(folder, "mine")
    assert follower.new() == []
    for session, path in (("mine", "1"), ("other", "2"), ("mine-too", "3"), ("mine", "4")):
        journal.append(replace(plain, session=session, path=path))
    found = follower.new()
    assert [(each.place, each.exchange.path) for each in found] == [(1, "1"), (4, "4")]
    assert follower.new() == []
    kept = {each.path: each for each in journal.list(session="mine")}
    assert [each.exchange for each in found] == [replace(kept[path], id=0) for path in ("1", "4")]
    # The places are those of the index, from whatever was there before.
    assert [each.place for each in found] == [kept[path].id - kept["before"].id for path in ("1", "4")]


def test_it_may_begin_before_anything_is_written(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    journal = opened()
    follower = Follower(folder, plain.session)
    assert follower.new() == []
    journal.append(plain)
    assert [each.place for each in follower.new()] == [1]


def test_it_goes_on_in_the_next_segment(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    journal = opened(SMALL)
    follower, places = Follower(folder, plain.session), []
    for number in range(40):
        journal.append(replace(plain, path=str(number), request=b"x" * 2000))
        if number % 7 == 0:
            places += [each.place for each in follower.new()]
    places += [each.place for each in follower.new()]
    assert places == list(range(1, 41))
    assert len(list(folder.glob("*.segment"))) > 2


def test_two_who_write_at_once_are_not_followed(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    one, other = opened(), opened()
    one.append(plain)
    follower = Follower(folder, plain.session)
    other.append(plain)
    with pytest.raises(LostError, match="at once"):
        follower.new()


@pytest.mark.parametrize("bytes_", [b"no record " * 30, b"\x00" * 500])
def test_bytes_that_are_no_record_are_not_passed_over(
    folder: Path, opened: Callable[..., Journal], plain: Exchange, bytes_: bytes
) -> None:
    journal = opened()
    journal.append(plain)
    follower = Follower(folder, plain.session)
    [segment] = folder.glob("*.segment")
    with segment.open("ab") as file:
        file.write(bytes_)
    journal.append(plain)
    with pytest.raises(LostError):
        follower.new()


def test_a_record_half_written_is_waited_for(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    journal = opened()
    journal.append(plain)
    [segment] = folder.glob("*.segment")
    before = segment.read_bytes()
    follower = Follower(folder, plain.session)
    journal.append(replace(plain, path="late"))
    whole = segment.read_bytes()
    segment.write_bytes(whole[: (len(before) + len(whole)) // 2])
    assert follower.new() == []
    segment.write_bytes(whole)
    assert [each.exchange.path for each in follower.new()] == ["late"]


def test_a_segment_that_is_gone_is_told(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    opened().append(plain)
    follower = Follower(folder, plain.session)
    for segment in folder.glob("*.segment"):
        segment.unlink()
    with pytest.raises(LostError):
        follower.new()
