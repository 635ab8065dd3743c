"""Lavande, an LGO in Node.js that shares nothing with the reference LGO, is accused of nothing, whatever its choices.

It was written from the driver API and the texts of the rules alone. Its options (``options.js``, in the environment
variable ``LAVANDE``) are other ways to be right. Outside CI a machine without Node.js skips this with the reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

LAVANDE = Path(__file__).parent / "lavande" / "main.js"
RULES = ("CRE-01", "CRE-07", "FLD-01", "PRF-01", "RSP-05", "STA-13", "VER-07")
AS_WRITTEN = ""
OTHERWISE = (
    "odd-ids,refuse-both-ways,history-of-everything,list-without-ins,keep-better-proof,locks-more,"
    "alerts-at-proposal-only,compared-backwards,propose-after-ko,header-order,default-namespace,chunked-request"
)


@pytest.fixture
def lavande(choices: str) -> Iterator[str]:
    """Run Lavande with these choices; return its address."""
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI"):
            pytest.fail("node is not there; .ci/run installs it")
        pytest.skip("needs Node.js")
    environment = os.environ | {"LAVANDE": choices}
    with subprocess.Popen(
        [node, str(LAVANDE), "0"], env=environment, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().split()[-1]
        finally:
            program.kill()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("choices", [AS_WRITTEN, OTHERWISE], ids=["as-written", "otherwise"])
def test_an_lgo_that_shares_nothing_is_accused_of_nothing(judge: Any, lavande: str) -> None:
    found = judge(lavande, RULES, "lavande")
    assert {key: why for key, (verdict, why) in found.items() if verdict is not Verdict.PASS} == {}
