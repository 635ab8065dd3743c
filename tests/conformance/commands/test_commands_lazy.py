"""The ``banc`` command loads what it is asked for, and no more."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from click.testing import CliRunner

from conformance.cli import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.usefixtures("in_english")
def test_the_line_of_the_help_is_the_first_sentence_of_the_command(name):
    module, _, attribute = COMMANDS[name].where.partition(":")
    command = getattr(importlib.import_module(module), attribute)
    assert COMMANDS[name].summary == command.get_short_help_str(limit=1000)
    assert main.get_command(None, name) is command


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_version_and_the_help_import_neither_the_simulator_nor_the_suite(option):
    code = (
        "import sys\nfrom conformance.cli import main\n"
        f"main(['{option}'], standalone_mode=False)\n"
        "heavy = {'pytest', 'lxml', 'httpx', 'rich', 'granian', 'faker', 'conformance.engine', 'simulator.web'}\n"
        "print('LOADED', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.usefixtures("in_english")
def test_a_command_that_does_not_exist_is_told_with_the_closest():
    done = CliRunner().invoke(main, ["rnu"])
    assert (done.exit_code, done.output.splitlines()[-1]) == (
        2,
        "Error: No such command 'rnu'. Did you mean 'run'?",
    )


def test_ctrl_c_in_a_command_ends_with_130_and_no_trace(capsys, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("conformance.commands.rules.load_catalogue", interrupted)
    with pytest.raises(SystemExit) as ended:
        main(["rules", "list"])
    assert ended.value.code == 130
    assert "Traceback" not in capsys.readouterr().err
