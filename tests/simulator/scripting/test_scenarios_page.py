"""docs/scenarios.md: whoever types its commands, in their order, sees what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulator.serving import free_port, wait_until_answering

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
ADDRESS = "http://127.0.0.1:8080"
MAX_SECONDS = 60


class Reader:
    """Somebody who does what the page says, in a folder of their own, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{free_port()}"
        self.server: subprocess.Popen[bytes] | None = None
        self.seen = ""
        self.done: list[str] = []

    def do(self, language: str, block: str) -> None:
        {"sh": self.run, "xml": self.save, "diff": self.edit, "text": self.look, "console": self.skip}[
            language
        ](block)

    def skip(self, block: str) -> None:
        """Installing is what made the environment of this test."""

    def save(self, block: str) -> None:
        (self.folder / "request.xml").write_text(block, "utf-8")

    def edit(self, block: str) -> None:
        (before,) = [line[1:] for line in block.splitlines() if line.startswith("-")]
        (after,) = [line[1:] for line in block.splitlines() if line.startswith("+")]
        file = self.folder / "my-scenarios" / "first.yaml"
        text = file.read_text("utf-8")
        assert text.count(before) == 1
        file.write_text(text.replace(before, after), "utf-8")

    def look(self, block: str) -> None:
        for line in block.splitlines():
            assert line in self.seen, f"after {self.done[-1]}: expected {line!r} in {self.seen}"

    def run(self, block: str) -> None:
        self.seen = ""
        for line in block.splitlines():
            self.done.append(line)
            program, *arguments = shlex.split(line.replace(ADDRESS, self.url))
            if program == "mkdir":
                (self.folder / arguments[0]).mkdir()
            elif arguments[0] == "serve":
                self.serve([program, *arguments])
            else:
                if arguments[:2] == ["scenario", "run"]:
                    arguments += ["--url", self.url]
                self.seen += self.output([program, *arguments])

    def serve(self, command: list[str]) -> None:
        port = self.url.rpartition(":")[2]
        self.server = subprocess.Popen(
            [*self.program(command), "--port", port],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert wait_until_answering(f"{self.url}/api/v1/health")

    def output(self, command: list[str]) -> str:
        done = subprocess.run(
            self.program(command),
            cwd=self.folder,
            capture_output=True,
            check=False,
            timeout=MAX_SECONDS,
        )
        shown = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0, f"{command}: {shown}{done.stderr.decode('utf-8', 'replace')}"
        return shown

    @staticmethod
    def program(command: list[str]) -> list[str]:
        banc = Path(sys.executable).with_name("banc")
        return [str(banc) if command[0] == "banc" else command[0], *command[1:]]

    def close(self) -> None:
        if self.server is not None:
            self.server.terminate()
            self.server.wait(timeout=MAX_SECONDS)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    somebody = Reader(tmp_path)
    yield somebody
    somebody.close()


@pytest.mark.usefixtures("in_english")
def test_its_commands_do_what_it_says(reader: Reader) -> None:
    for language, block in BLOCKS:
        reader.do(language, block)
    commands = [line for line in reader.done if line.startswith("banc ")]
    assert len(commands) >= 9
    assert len(reader.done) - len(commands) >= 8


def test_the_installation_is_a_target_of_the_makefile() -> None:
    (block,) = [block for language, block in BLOCKS if language == "console"]
    target = block.split()[1]
    assert f"\n{target.replace('.venv', '$(VENV)')}:" in (ROOT / "Makefile").read_text("utf-8")


def test_its_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        name, _, title = target.partition("#")
        page = (ROOT / "docs" / name).resolve()
        assert not name or page.is_file(), target
        assert not title or title in titles_of(page.read_text("utf-8") if name else TEXT), target


def titles_of(text: str) -> set[str]:
    return {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
