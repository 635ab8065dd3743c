"""Exports of many patients: one at a time, whatever the line ends, memory bounded."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from messages import as_json, hl7, msh, patient, pid
from people import EVERYBODY, P1

from conformance.documents.streaming import check_stream, is_stream, items, tally


class Repeated(io.RawIOBase):
    """A stream that repeats a document without holding it more than once."""

    def __init__(self, document: bytes, times: int) -> None:
        self.document, self.left, self.rest = document, times, b""

    def read(self, size=-1):
        made = self.rest
        while len(made) < size and self.left:
            made += self.document
            self.left -= 1
        self.rest = made[size:]
        return made[:size]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_messages_are_told_apart_by_their_first_segment(end):
    batch = hl7(
        "FHS|^~\\&",
        "BHS|^~\\&",
        *(part for one in EVERYBODY.values() for part in (msh(), pid(one))),
        "BTS|5",
        "FTS|1",
        end=end,
    )
    assert is_stream(batch)
    assert [number for number, _, _ in items(io.BytesIO(batch))] == [1, 2, 3, 4, 5]
    assert tally(check_stream(io.BytesIO(batch))).codes == {}


def test_one_message_or_one_resource_is_no_stream():
    assert not is_stream(hl7(msh(), pid(P1)))
    assert not is_stream(as_json(patient(P1)))
    assert not is_stream(as_json(patient(P1), indent=2))
    assert is_stream(as_json(patient(P1)) + b"\n" + as_json(patient(P1)))


def test_a_bad_line_is_named_and_the_others_are_read():
    lines = as_json(patient(P1)) + b"\n{oops}\n" + as_json(patient(P1)) + b"\n"
    counted = tally(check_stream(io.BytesIO(lines), name="x"))
    assert (counted.documents, counted.failed, counted.codes) == (3, 1, {"json-malformed": 1})
    assert counted.problems[0].places[0].file == "x #2"


@pytest.mark.parametrize("document", [as_json(patient(P1)) + b"\n", hl7(msh(), pid(P1))])
def test_memory_does_not_grow_with_the_stream(document):
    def peak(times):
        tracemalloc.start()
        counted = tally(check_stream(Repeated(document, times)))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert counted.documents == times
        return most

    peak(50)
    small, large = peak(200), peak(1000)
    # The chunk read at once is 1 MiB at most; five times the documents must not cost more than that.
    assert large < small + 3 * 1024 * 1024


def test_problems_kept_are_bounded():
    wrong = as_json(patient(P1, number="279035121518988")) + b"\n"
    counted = tally(check_stream(Repeated(wrong, 700)))
    assert (counted.documents, counted.failed, len(counted.problems)) == (700, 700, 500)
