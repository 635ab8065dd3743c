"""``banc rules``: what it prints, on a pipe and for programs, and its exit codes."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.commands import rules as command
from conformance.rules import load_catalogue
from conformance.rules.coverage import cover


def banc(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["rules", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_list_on_a_pipe_has_one_line_per_rule(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    head, *lines = banc("list").splitlines()
    assert head.split() == ["règle", "titre", "force", "niveau"]
    assert [line.split()[0] for line in lines] == list(load_catalogue())
    assert "\x1b" not in head


def test_a_list_can_be_narrowed():
    keys = [
        rule["key"]
        for rule in json.loads(banc("list", "--group", "search", "--evidence", "reported", "--json"))
    ]
    assert keys == ["SRC-10", "SRC-11", "SRC-13"]
    bound = {rule["key"] for rule in json.loads(banc("list", "--binds", "lgo", "--json"))}
    assert {"FLD-03", "TRA-01"} <= bound
    assert "TRA-04" not in bound


def test_a_group_has_the_key_that_campaigns_know_too():
    listed = json.loads(banc("list", "--group", "CRE", "--group", "src", "--json"))
    assert {rule["key"].partition("-")[0] for rule in listed} == {"CRE", "SRC"}


@pytest.mark.usefixtures("in_english")
def test_an_unknown_actor_is_a_set_up_error():
    done = CliRunner().invoke(main, ["rules", "list", "--binds", "PHARMA"])
    assert (done.exit_code, "unknown actor 'PHARMA': expected one of ALL, RI" in done.stderr) == (2, True)


@pytest.mark.usefixtures("in_english")
def test_an_unknown_group_is_a_set_up_error():
    done = CliRunner().invoke(main, ["rules", "list", "--group", "serch"])
    assert done.exit_code == 2
    assert "unknown group 'serch': expected one of fields, " in done.stderr


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_rule_is_shown_with_all_that_is_known_of_it(lang):
    rule = load_catalogue()["RSP-06"]
    shown = banc("show", "rsp-06", "--lang", lang)
    for text in (rule.title, rule.statement, rule.risk, rule.how_checked, rule.failure_looks_like):
        assert text[lang] in shown
    assert f"- {rule.parts[1].part[lang]} [{'officiel' if lang == 'fr' else 'official'}]" in shown
    assert "EXI ID 10" in shown


def test_a_case_of_the_state_machine_is_shown_by_its_address():
    shown = banc("show", "E9/QUAL")
    assert "attribut « identité douteuse » posé · identité qualifiée" in shown
    assert "Le statut devient « identité provisoire »." in shown
    data = json.loads(banc("show", "E13/VALI", "--json", "--lang", "en"))
    assert (data["to"], data["reason"]) == ([], None)
    assert data["expectation"].startswith("The change is allowed and kept")


@pytest.mark.parametrize(
    ("key", "hint"), [("SRC-1", "did you mean SRC-01?"), ("E9/QUA", "did you mean E9/QUAL?")]
)
@pytest.mark.usefixtures("in_english")
def test_an_unknown_key_is_a_set_up_error_with_a_hint(key, hint):
    done = CliRunner().invoke(main, ["rules", "show", key])
    assert done.exit_code == 2
    assert hint in done.stderr


def test_coverage_counts_what_is_executable_and_says_why_the_rest_is_not():
    printed = banc("coverage")
    assert "164/164 règles expliquées" in printed
    assert "108 cas d'états" in printed
    line = next(line for line in printed.splitlines() if line.startswith("PRF-12"))
    assert "jugée au comptoir" in line
    assert line.endswith(load_catalogue()["PRF-12"].not_tested_reason["fr"])  # whole, on one line


def test_coverage_for_programs():
    data = json.loads(banc("coverage", "--json", "--lang", "en"))
    assert data["summary"]["rules"] == 164
    assert len(data["cases"]) == 108


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_coverage_fails_when_something_is_unaccounted_for(monkeypatch, form):
    incomplete = cover(load_catalogue(), {}, {}, ["test_x.py::test_y: names no rule"])
    monkeypatch.setattr(command, "suite_coverage", lambda: incomplete)
    done = CliRunner().invoke(main, ["rules", "coverage", *form])
    assert done.exit_code == 1
    assert "names no rule" in done.output


def test_the_concordance_is_a_table_csv_or_json(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert len(banc("concordance").splitlines()) == 165
    rows = list(csv.reader(io.StringIO(banc("concordance", "--csv", "--lang", "en"))))
    assert rows[0][:3] == ["key", "title", "evidence"]
    assert len(rows) == 165
    assert len(json.loads(banc("concordance", "--json"))) == 164


def test_pages_are_written_into_a_folder(tmp_path):
    done = CliRunner().invoke(main, ["rules", "pages", str(tmp_path / "rules")])
    assert done.exit_code == 0
    assert (tmp_path / "rules" / "SRC-01.md").is_file()


@pytest.mark.usefixtures("in_english")
def test_pages_that_cannot_be_written_are_a_set_up_error(tmp_path):
    (tmp_path / "rules").write_text("a file", encoding="utf-8")
    done = CliRunner().invoke(main, ["rules", "pages", str(tmp_path / "rules" / "deeper")])
    assert done.exit_code == 2
    assert "the pages cannot be written" in done.stderr
