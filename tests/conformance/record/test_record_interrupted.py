"""Ctrl-C may fall between any two steps of the writer: the record has whole lines, numbered without a gap, all the same."""

from __future__ import annotations

import dataclasses
import dis
import json
import sys
from itertools import count

import pytest
from record_samples import EXCHANGE, begin, planned, started

from conformance.record import writing
from conformance.record.reading import Record
from conformance.record.writing import RecordWriter

LONG = f"<b>{'x' * 100}</b>"
FORMER = dataclasses.replace(EXCHANGE, request=LONG)
OTHER = dataclasses.replace(FORMER, number=43, response=f"<c>{'y' * 100}</c>")
LAST = dataclasses.replace(OTHER, number=44)


def interrupted_at(step, act):
    """Do an act and interrupt it at the given step of the writer's code; return whether it was long enough.

    The interpreter looks for signals after calls, when a function begins and when a loop goes on: nowhere else.
    """
    steps = count()
    former = {}

    def trace(frame, event, _):
        if frame.f_code.co_filename != writing.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            done = former.get(frame, "")
            former[frame] = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if done.startswith(("CALL", "RESUME", "JUMP_BACKWARD")) and next(steps) == step:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("first_of_its_kind", [True, False])
def test_no_line_is_lost_or_counted_twice(tmp_path, first_of_its_kind):
    steps = 0
    for step in count():
        path = tmp_path / str(step) / "record.ndjson"
        with RecordWriter(path) as writer:
            for event in (started(), planned(("a", "SRC-01")), begin("a", "SRC-01")):
                writer.event(event)
            if not first_of_its_kind:
                writer.entry("a", FORMER)
            long_enough = interrupted_at(step, lambda writer=writer: writer.entry("a", OTHER))
            writer.entry("a", LAST)
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        assert [line["n"] for line in lines] == list(range(1, len(lines) + 1)), step
        # Members that are referred to are those of the line that has them.
        *_, last = Record(path).timeline("a")
        assert last == LAST, step
        if not long_enough:
            break
        steps += 1
    assert steps > 20
