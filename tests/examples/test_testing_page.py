"""The Python of docs/testing.md runs as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


def test_each_snippet_runs(tmp_path: Path) -> None:
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    tests = [snippet for snippet in snippets if "def test_" in snippet]
    programs = [snippet for snippet in snippets if "def " not in snippet]
    fixtures = [snippet for snippet in snippets if "def insi_server" in snippet]
    assert (len(tests), len(programs), len(fixtures)) == (4, 1, 1)
    assert len(snippets) == 6
    (tmp_path / "conftest.py").write_text(fixtures[0], encoding="utf-8")
    for number, snippet in enumerate(tests):
        (tmp_path / f"test_{number}.py").write_text(snippet, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    for command in (["-m", "pytest", "-q", "-p", "no:cacheprovider"], ["-c", programs[0]]):
        done = subprocess.run(
            [sys.executable, *command],
            capture_output=True,
            check=False,
            cwd=tmp_path,
            encoding="utf-8",
            env=environment,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
