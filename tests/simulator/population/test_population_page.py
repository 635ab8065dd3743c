"""docs/population.md: its commands work as written, and the figures that it repeats are those of the data."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from click.testing import CliRunner

from simulator.cli import COMMANDS
from simulator.population.described.cases import designed_cases, parameters
from simulator.population.practice.defects import DEFECTS
from simulator.population.practice.parameters import load_parameters
from simulator.population.statistics import targets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

PAGE = (Path(__file__).parents[3] / "docs" / "population.md").read_text("utf-8")


def section(title: str) -> str:
    _, found, rest = PAGE.partition(f"## {title}\n")
    assert found, title
    return rest.partition("\n## ")[0]


def rows(text: str) -> Iterator[list[str]]:
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_ten_minutes_work_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    commands = {command.name: command for command in COMMANDS}
    lines = section("Ten minutes").split("```")[1].strip().splitlines()
    ran = []
    for line in lines:
        program, name, *arguments = shlex.split(line)
        assert program == "banc"
        if name == "serve":
            # Not started, but read: an option that is not there is refused.
            commands[name].make_context(name, list(arguments))
            assert Path(arguments[-1]).is_file()
            continue
        result = CliRunner().invoke(commands[name], arguments)
        assert result.exit_code == 0, f"{line}\n{result.output}"
        ran.append(arguments[0])
    assert ran == ["build", "stats", "find", "show", "card", "export", "import", "practice"]


def test_every_command_is_in_the_table() -> None:
    group = next(command for command in COMMANDS if command.name == "population")
    told = {row[0].strip("`") for row in rows(section("Ten minutes"))}
    assert told - {"command", "---"} == set(group.commands)


def test_targets_and_their_evidence_are_those_of_the_data() -> None:
    expected = {
        re.sub(r" \(.*\)", "", target.en): (f"{found.percent:.2f}", found.evidence)
        for target in targets()
        if (found := target.of("france")) is not None
    }
    told = {
        row[0]: (row[1], row[3].partition(":")[0])
        for row in rows(section("Shares and their targets"))
        if row[0] != "share" and not row[0].startswith("---")
    }
    assert told == expected


def test_the_figures_of_production_are_those_of_the_parameter_set() -> None:
    names = {"M": "men", "F": "women", None: "everybody"}
    expected = {}
    for each in load_parameters().published:
        total = each.found + each.not_found + each.several
        label = names[each.sex] if each.ages is None else f"{each.ages} years"
        shares = [each.found, each.not_found, each.several]
        expected[label] = [f"{100 * count / total:.1f}" for count in shares]
    told = {row[0]: row[1::2] for row in rows(section("The practice file")) if row[0] in expected}
    assert told == expected


def test_every_defect_is_told() -> None:
    told = section("The practice file")
    missing = [
        name
        for name in DEFECTS
        if f"`{name}`" not in told
        and not (name.startswith(("birth-name-", "first-name-")) and f"`{name.split('-name-')[1]}`" in told)
    ]
    assert missing == []


def test_the_designed_cases_are_counted_right() -> None:
    values = sum(len(parameter.values) for parameter in parameters().values())
    assert f"at least one of {len(designed_cases())} people" in PAGE
    assert len(parameters()) == 7
    assert f"of seven parameters, {values} values" in PAGE
