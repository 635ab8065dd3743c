"""Romarin, an LGO in Python without dependencies that shares nothing with the reference LGO, is accused of nothing.

It was written from the driver API and the texts of the rules alone, and keeps one journal of facts: files, histories and
logs are read from it. It lowers by hand for super-users only, has a decision wait for the file that the call was for, and
writes a file that the Appli carte Vitale qualifies as récupérée first. Of all rules it fails DOC-08 alone, rightly: its report
is no PDF/A. To run any rule on it:
``python tests/foreign_lgo/romarin/main.py 9311``, then ``banc run`` with a plan whose ``software: url:`` is that address.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.commands.driver_checking import check_driver
from conformance.drivers.http import HttpDriver
from conformance.drivers.model import Verb
from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

ROMARIN = Path(__file__).parent / "romarin" / "main.py"
RULES = ("CRE-07", "PRF-03", "STA-07")


@pytest.fixture
def romarin() -> Iterator[str]:
    """Run Romarin; return its address."""
    with subprocess.Popen([sys.executable, str(ROMARIN), "0"], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().split()[-1]
        finally:
            program.kill()


def test_its_driver_has_nothing_wrong(romarin: str) -> None:
    with HttpDriver(romarin) as driver:
        found = check_driver(driver)
    assert found.problems == ()
    assert len(found.tried) > len(found.present) // 3
    assert found.next_verb is not Verb.SEND_DOCUMENT  # It says that it cannot.


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_lgo_that_keeps_facts_is_accused_of_nothing(judge: Any, romarin: str) -> None:
    found = judge(romarin, RULES, "romarin")
    assert {key: why for key, (verdict, why) in found.items() if verdict is not Verdict.PASS} == {}
