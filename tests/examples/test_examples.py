"""The example projects of docs/examples run as they stand, with the banc of this environment.

Outside CI a language that this machine lacks is skipped with the reason; in CI (``CI`` in the environment) it fails.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
NOT_RUN = {"dotnet"}
CONFIGURATIONS = {"nodes"}
"""No client: what stands before several simulators, run by tests/simulator/registry/test_two_nodes.py."""
LANGUAGES = {
    "python": ((sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"), r"4 passed"),
    "node": (("node", "--test"), r"(?:# |ℹ )pass 4"),
    "php": (("php", "test_insi.php"), r"(?:ok {6}.*\n){5}"),
    "java": (("java", "InsiTest.java"), r"(?:ok {6}.*\n){7}"),
}


def test_each_folder_is_run_or_says_that_it_is_not() -> None:
    folders = {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    assert folders == LANGUAGES.keys() | NOT_RUN | CONFIGURATIONS
    for name in NOT_RUN:
        assert "**Not run here**" in (EXAMPLES / name / "README.md").read_text("utf-8")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_an_example_passes(language: str, tmp_path: Path) -> None:
    command, passed = LANGUAGES[language]
    program = shutil.which(command[0])
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"{command[0]} is not there; .ci/run installs it")
        pytest.skip(f"needs {command[0]}")
    # As a user copies it, with nothing of this repository around it.
    project = shutil.copytree(EXAMPLES / language, tmp_path / language)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    banc = Path(sys.executable).with_name("banc.exe" if os.name == "nt" else "banc")
    done = subprocess.run(
        [program, *command[1:]],
        capture_output=True,
        check=False,
        cwd=project,
        encoding="utf-8",
        # A proxy of the environment must never see local test traffic.
        env=environment | {"BANC": str(banc), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(passed, done.stdout), done.stdout
    assert "identifier-reused" not in done.stdout
