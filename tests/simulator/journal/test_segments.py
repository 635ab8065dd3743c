"""Segments as files: whatever happened to their bytes, what is whole is read and what is not is told."""

from __future__ import annotations

import logging
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.journal.reading import BLOCK, DamagedRecordError, SegmentReader
from simulator.journal.record import (
    EXCHANGE,
    FRAME,
    HEAD,
    RECORD_MAGIC,
    SEGMENT_MAGIC,
    encode_exchange,
    frame,
)
from simulator.journal.store import Journal
from simulator.journal.writer import JournalOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.journal.exchange import Exchange

HEAD_BYTES = HEAD.pack(SEGMENT_MAGIC, 1, 2**64 - 1, 0)


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"))


def filled(folder: Path, plain: Exchange, count: int = 5) -> Path:
    """Write a segment of some exchanges whose process has ended, and lose the index."""
    journal = Journal(folder)
    for number in range(count):
        journal.append(replace(plain, path=str(number)))
    journal.close()
    (file,) = segments(folder)
    return file


def read_all(file: Path, *, live: bool = False) -> tuple[list[bytes], SegmentReader]:
    with SegmentReader(file, 0, live=live) as reader:
        found = []
        while (record := reader.next()) is not None:
            found.append(record.content)
        return found, reader


class TestTornTails:
    @pytest.mark.parametrize("cut", [1, 30, FRAME.size, FRAME.size + 10])
    def test_what_was_being_written_is_skipped_counted_and_told(
        self,
        folder: Path,
        opened: Callable[..., Journal],
        plain: Exchange,
        cut: int,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        file = filled(folder, plain)
        whole = file.read_bytes()
        start = whole.rindex(RECORD_MAGIC)
        file.write_bytes(whole[: start + cut])
        with caplog.at_level(logging.WARNING):
            journal = opened()
            assert [exchange.path for exchange in journal.list()] == ["0", "1", "2", "3"]
        assert journal.state().torn_bytes == cut
        assert f"{file.name}: {cut} byte(s) of a record" in caplog.text

    def test_while_its_process_lives_the_rest_is_waited_for(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        writing, reading = opened(), opened()
        writing.append(plain)
        (file,) = segments(folder)
        record = file.read_bytes()[HEAD.size :]
        with file.open("ab") as other:
            other.write(record[:50])
            other.flush()
            assert reading.count() == 1
            assert reading.state().torn_bytes == 0
            other.write(record[50:])
        assert reading.count() == 2

    def test_other_segments_are_not_held_up(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        file = filled(folder, plain)
        file.write_bytes(file.read_bytes()[:-1])
        journal = opened()
        journal.append(replace(plain, path="later"))
        assert [exchange.path for exchange in journal.list()] == ["0", "1", "2", "3", "later"]


class TestDamage:
    def test_a_changed_byte_costs_one_exchange_and_is_told_with_file_and_place(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = filled(folder, plain)
        content = bytearray(file.read_bytes())
        place = content.index(RECORD_MAGIC, content.index(RECORD_MAGIC) + 1)
        content[place + FRAME.size + 3] ^= 1
        file.write_bytes(content)
        with caplog.at_level(logging.WARNING):
            journal = opened()
            assert [exchange.path for exchange in journal.list()] == ["0", "2", "3", "4"]
        assert journal.state().damaged == 1
        assert f"{file}: the checksum does not match at byte {place}" in caplog.text

    def test_a_changed_length_costs_one_exchange_too(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        file = filled(folder, plain)
        content = bytearray(file.read_bytes())
        content[content.index(RECORD_MAGIC) + 8 : content.index(RECORD_MAGIC) + 12] = b"\xff\xff\xff\x7f"
        file.write_bytes(content)
        journal = opened()
        assert [exchange.path for exchange in journal.list()] == ["1", "2", "3", "4"]
        assert journal.state().damaged == 1

    def test_what_is_damaged_after_it_was_indexed_is_told_when_it_is_asked_for(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        file = filled(folder, plain)
        journal = opened()
        assert journal.count() == 5
        content = bytearray(file.read_bytes())
        content[-1] ^= 1
        file.write_bytes(content)
        with pytest.raises(DamagedRecordError, match=rf"{file.name}: the checksum of the record at byte \d+"):
            journal.get(5)
        assert [exchange.id for exchange in journal.list()] == [1, 2, 3, 4]

    @pytest.mark.parametrize("counters", [(2**63, 0), (5, 2**64 - 2)], ids=["appended", "lost"])
    def test_a_damaged_head_costs_its_counts_and_no_exchange(
        self,
        tmp_path: Path,
        plain: Exchange,
        caplog: pytest.LogCaptureFixture,
        counters: tuple[int, int],
    ) -> None:
        file = filled(tmp_path, plain)
        file.write_bytes(HEAD.pack(SEGMENT_MAGIC, 1, *counters) + file.read_bytes()[HEAD.size :])
        for index in tmp_path.glob("index*"):
            index.unlink()
        journal = Journal(tmp_path)
        assert journal.count() == 5
        assert (journal.state().lost, journal.state().killed) == (0, 0)
        assert "its head is damaged" in caplog.text
        journal.close()

    def test_a_file_that_is_no_segment_is_left_alone(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange, caplog: pytest.LogCaptureFixture
    ) -> None:
        filled(folder, plain)
        stranger = folder / f"0-stranger{'.segment'}"
        stranger.write_bytes(b"somebody else's bytes " * 9)
        with caplog.at_level(logging.WARNING):
            assert opened().count() == 5
        assert "is not a segment" in caplog.text
        assert stranger.exists()

    def test_a_record_that_is_no_exchange_is_counted_and_skipped(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        file = filled(folder, plain, 1)
        with file.open("ab") as other:
            other.writelines(
                frame(EXCHANGE, content, stamp=2) for content in (b"[]", b"{}", b"not json", b"")
            )
            other.write(frame(EXCHANGE, encode_exchange(plain), stamp=3))
        journal = opened()
        assert journal.count() == 2
        assert journal.state().damaged == 4


class TestTheIndexIsMadeAgain:
    def test_with_the_same_ids_when_it_is_deleted(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        filled(folder, plain)
        before = opened().list()
        for file in folder.glob("index.sqlite*"):
            file.unlink()
        again = opened()
        assert again.list() == before
        assert len(before) == 5

    def test_under_a_journal_that_is_in_use(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        journal = opened()
        journal.append(plain)
        assert journal.count() == 1
        for file in folder.glob("index.sqlite*"):
            file.unlink()
        journal.append(plain)
        assert [exchange.id for exchange in journal.list()] == [1, 2]
        assert opened().count() == 2

    def test_in_the_order_of_time_over_many_segments(
        self, folder: Path, opened: Callable[..., Journal], plain: Exchange
    ) -> None:
        writers = [opened(JournalOptions(segment_bytes=3000)) for _ in range(3)]
        for number in range(60):
            writers[number % 3].append(replace(plain, path=str(number)))
        assert len(segments(folder)) > 6
        assert [exchange.path for exchange in opened().list()] == [str(number) for number in range(60)]


records = st.lists(
    st.tuples(st.binary(max_size=40), st.binary(max_size=40), st.integers(0, 2**64 - 1)).map(
        lambda parts: frame(EXCHANGE, parts[0], parts[1], stamp=parts[2])
    ),
    max_size=5,
)
noise = st.binary(max_size=60) | st.just(RECORD_MAGIC) | st.just(RECORD_MAGIC * 30) | records.map(b"".join)


@given(
    parts=st.lists(noise, max_size=6), live=st.booleans(), head=st.binary(max_size=40) | st.just(HEAD_BYTES)
)
@example(parts=[RECORD_MAGIC * (BLOCK // 2)], live=False, head=HEAD_BYTES)
def test_arbitrary_bytes_are_read_to_an_end(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes], head: bytes, *, live: bool
) -> None:
    file = tmp_path_factory.getbasetemp() / "arbitrary.segment"
    file.write_bytes(head + b"".join(parts))
    found, reader = read_all(file, live=live)
    lengths = sum(damage.length for damage in reader.damages)
    assert lengths + reader.tail <= max(reader.size, 0)
    assert sum(map(len, found)) <= reader.size


@given(kept=records, spoiled=st.binary(min_size=1, max_size=50), after=records)
def test_whole_records_around_noise_are_found(
    tmp_path_factory: pytest.TempPathFactory, kept: list[bytes], spoiled: bytes, after: list[bytes]
) -> None:
    file = tmp_path_factory.getbasetemp() / "around.segment"
    file.write_bytes(HEAD_BYTES + b"".join(kept) + spoiled + b"".join(after))
    found, _ = read_all(file)
    assert len(found) == len(kept) + len(after)


@given(parts=st.lists(noise, max_size=4))
def test_a_journal_opens_on_arbitrary_segments(
    tmp_path_factory: pytest.TempPathFactory, plain: Exchange, parts: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    (folder / "00000000000000000001-1-aa.segment").write_bytes(HEAD_BYTES + b"".join(parts))
    journal = Journal(folder)
    journal.append(plain)
    assert journal.list(newest_first=True, limit=1)[0].path == plain.path
    assert journal.count() == 1
    journal.close()


def test_lengths_that_are_claimed_take_no_memory(tmp_path: Path) -> None:
    """A frame may claim a quarter of a gigabyte in each part; the file is read as far as it goes, in blocks."""
    claims = bytearray(frame(EXCHANGE, b"", b"", b"x"))
    claims[8:20] = b"\xff\xff\xff\x00" + b"\x00\x00\x00\x10" * 2
    file = tmp_path / "claims.segment"
    file.write_bytes(HEAD_BYTES + bytes(claims) * 20_000)
    tracemalloc.start()
    found, reader = read_all(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not found
    assert reader.tail == reader.size - HEAD.size
    assert peak < 8 * BLOCK


def test_a_record_longer_than_what_is_read_at_a_time_is_read(
    folder: Path, opened: Callable[..., Journal], plain: Exchange
) -> None:
    large = replace(plain, request=bytes(range(256)) * 5000, response=b"<b/>" * 100_000)
    writing = opened()
    for exchange in (plain, large, plain):
        writing.append(exchange)
    kept = opened().list()
    assert [exchange.request for exchange in kept] == [plain.request, large.request, plain.request]
    assert kept[1].response == large.response
