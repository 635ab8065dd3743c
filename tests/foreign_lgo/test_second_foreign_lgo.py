"""Olivier, an LGO in Java that shares nothing with the reference LGO nor with Lavande: what it does right is not accused.

It was written from the driver API and the texts of the rules alone. ``Names.java`` lists its other ways to be right (in the
environment variable ``OLIVIER_CHOICES``) and its mistakes (``--mistake``). Outside CI a machine without a JDK skips this with the reason.
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

SOURCES = Path(__file__).parent / "olivier"
RULES = ("ATT-03", "CRE-01", "FLD-01", "PRF-13", "RSP-05", "STA-12", "TRA-10", "VER-05", "VER-14")
OTHERWISE = (
    "ids-of-other-shape,moments-in-utc,used-names-as-typed,accents-folded,created-then-fed,one-search-at-a-time,"
    "newest-first,list-without-ins,compared-in-other-order,first-name-compared-too,given-names-apart,"
    "headers-in-other-order,old-proof-counts,change-undoes-validation,masked-instead-of-refused,blocked-is-refused"
)
MISTAKES = {
    "place-open-when-recovered": "STA-12",
    "criteria-by-or": "SRC-03",
    "doubtful-stays-validated": "ATT-03",
    "place-optional-with-used-name": "CRE-01",
}
"""Mistakes made all at once, each with a rule that sees it."""


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile Olivier; return the folder of its classes."""
    javac = shutil.which("javac")
    if javac is None:
        if os.environ.get("CI"):
            pytest.fail("javac is not there; .ci/run installs it")
        pytest.skip("needs a JDK")
    folder = tmp_path_factory.mktemp("olivier")
    subprocess.run(
        [javac, "-encoding", "UTF-8", "-d", str(folder), *map(str, sorted(SOURCES.glob("*.java")))],
        check=True,
    )
    return folder


@pytest.fixture
def olivier(classes: Path, choices: str, mistakes: str) -> Iterator[str]:
    """Run Olivier with these choices and mistakes; return its address."""
    java = shutil.which("java")
    assert java is not None
    environment = os.environ | {"OLIVIER_CHOICES": choices, "OLIVIER_MISTAKES": mistakes}
    command = [java, "-XX:TieredStopAtLevel=1", "-cp", str(classes), "Olivier", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            yield program.stdout.readline().split()[-1]
        finally:
            program.kill()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("choices", "mistakes"), [(OTHERWISE, "")], ids=["otherwise"])
def test_an_lgo_in_another_language_is_accused_of_nothing(judge: Any, olivier: str) -> None:
    verdicts = judge(olivier, RULES, "olivier")
    assert {key: why for key, (verdict, why) in verdicts.items() if verdict is not Verdict.PASS} == {}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("choices", "mistakes"), [("", ",".join(MISTAKES))], ids=["mistaken"])
def test_its_mistakes_are_seen(judge: Any, olivier: str) -> None:
    verdicts = judge(olivier, tuple(MISTAKES.values()), "olivier")
    assert {key: verdict for key, (verdict, _) in verdicts.items()} == dict.fromkeys(
        MISTAKES.values(), Verdict.FAIL
    )
