"""The ``banc`` command as a user types it: real exit codes, of real processes where what is tested is one."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from xml.etree import ElementTree as ET

import psutil
import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.engine.collecting import collect_suite
from conformance.reference import defects as reference_defects
from conformance.rules.catalogue import load_catalogue

BANC = [sys.executable, "-m", "conformance.cli"]


def banc(*arguments, timeout=90):
    return subprocess.run(
        [*BANC, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "240"},
    )


def here(*arguments):
    """Run the command in this process: a process of its own would import for seconds what is imported here."""
    return CliRunner(env={"COLUMNS": "240"}).invoke(main, list(map(str, arguments)))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return banc("demo", "--report", folder, "--seed", 11, timeout=1500), folder


@pytest.mark.slow
@pytest.mark.timeout(1800)  # A whole campaign, on a machine that may be slow.
def test_the_demo_ends_well_and_every_rule_passes(demo):
    done, folder = demo
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((folder / "report.json").read_text("utf-8"))
    checked = collect_suite().by_rule()
    others = {
        rule["id"]: f"{rule['verdict']}: {rule['reason']}"
        for rule in report["rules"]
        if rule["verdict"] != ("PASS" if rule["id"] in checked else "NOT_TESTED")
    }
    assert others == {}
    assert [rule["id"] for rule in report["rules"]] == list(load_catalogue())
    assert report["summary"]["PASS"] >= 150


@pytest.mark.slow
@pytest.mark.timeout(1800)  # A whole campaign, on a machine that may be slow.
def test_the_demo_prints_each_rule_its_references_and_its_verdict(demo):
    done, _ = demo
    # The list of the rules without a check may wrap so that a line begins with a key and its comma.
    lines = {line[:6]: line for line in done.stdout.splitlines() if re.match(r"[A-Z]{3}-\d\d .* PASS ", line)}
    checked = collect_suite().by_rule()
    for key, rule in load_catalogue().items():
        if key in checked:
            assert "PASS" in lines[key]
            assert rule.references[0].tag in lines[key] if rule.references else True
    # The rules without a check are one line, not a hundred.
    assert set(lines) == set(checked)
    assert f"{len(load_catalogue()) - len(checked)} règles sans contrôle" in done.stdout
    assert f"{len(checked)} règles testées sur {len(load_catalogue())}" in done.stdout
    assert "ne remplace ni l'autorisation du CNDA" in done.stdout


@pytest.mark.slow
@pytest.mark.timeout(1800)  # A whole campaign, on a machine that may be slow.
def test_the_demo_writes_all_reports(demo):
    _, folder = demo
    names = {path.name for path in folder.iterdir()}
    assert {"index.html", "junit.xml", "record.ndjson", "report.json", "rules.csv"} <= names
    suite = ET.parse(folder / "junit.xml").getroot()
    assert {case.get("classname") for case in suite.iter("testcase")} == set(load_catalogue())
    assert "<html" in (folder / "index.html").read_text("utf-8")


def test_a_defect_makes_the_demo_fail_and_names_the_rule(tmp_path):
    done = banc(
        "demo", "--defect", "import-sets-validated", "--rule", "STA-03", "--report", tmp_path, "--lang", "en"
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "import-sets-validated is caught by STA-03" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert next(rule for rule in report["rules"] if rule["id"] == "STA-03")["verdict"] == "FAIL"


def test_the_defects_are_listed_with_their_rules():
    done = here("demo", "--list-defects")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == list(reference_defects.catalogue())
    of_a_rule = here("demo", "--list-defects", "--rule", "STA-03", "--group", "DIS", "--json")
    listed = json.loads(of_a_rule.stdout)
    assert {key for each in listed for key in each["caught_by"]} >= {"STA-03", "DIS-01"}
    assert all({"STA-03"} & {*each["caught_by"]} or "DIS-" in str(each["caught_by"]) for each in listed)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "--defect", "import-sets-valid"], "voulez-vous dire import-sets-validated"),
        (["run", "nowhere.yaml"], "nowhere.yaml: ne peut pas être lu"),
        (["rules", "show", "SRC-99"], "SRC-99"),
    ],
)
def test_a_bad_option_is_a_set_up_error_that_says_what_was_expected(arguments, says):
    done = here(*arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_a_process_ends_with_the_code_of_a_set_up_error():
    done = banc("load", "--duration", "soon")
    assert done.returncode == 2
    assert "une durée telle que 20s" in done.stderr


def test_a_folder_that_cannot_be_written_in_is_noticed_before_the_campaign(tmp_path):
    (tmp_path / "file").write_text("x")
    done = banc("demo", "--rule", "SRC-11", "--report", tmp_path / "file" / "report")
    assert done.returncode == 2
    assert "rien ne peut être écrit" in done.stderr
    assert "--report DOSSIER" in done.stderr
    assert "SRC-11" not in done.stdout


def test_a_selection_says_that_it_is_one_and_ends_as_json_too(tmp_path):
    done = banc("demo", "--rule", "SRC-11", "--report", tmp_path, "-q", "--lang", "en")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        "1 of 1 rule tested · a selection: "
        f"the catalogue has {len(load_catalogue())} rules, nothing is said of the others"
    )
    again = banc("report", tmp_path, "--lang", "en")
    assert again.returncode == 0
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["lang"] == "en"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["demo", "--group", "SRX"], "groupe inconnu : 'SRX' ; voulez-vous dire SRC ?"),
        (["report", "nowhere"], "nowhere : ne peut pas être lu"),
        (["evidence", "verify", "nowhere.zip"], "un paquet de preuves de banc-insi est attendu"),
    ],
)
def test_what_does_not_exist_is_named(arguments, says, tmp_path):
    done = here(*arguments, *(["--report", tmp_path] if arguments[0] == "demo" else []))
    assert done.exit_code == 2
    assert says in done.stderr


def test_a_software_that_does_not_answer_is_not_blamed(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("software:\n  url: http://127.0.0.1:9\n", encoding="utf-8")
    done = banc("run", plan, "--report", tmp_path / "report")
    assert done.returncode == 2
    assert "rien n'écoute à 127.0.0.1:9" in done.stderr
    assert "FAIL" not in done.stdout


def test_an_unknown_rule_in_the_plan_is_a_set_up_error(tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("software:\n  url: http://127.0.0.1:9\nrules: [SRC-99]\n", encoding="utf-8")
    done = here("run", plan, "--report", tmp_path / "report")
    assert done.exit_code == 2
    assert "SRC-99" in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="a console signal cannot be sent to one process on Windows")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_or_the_end_of_a_job_keeps_what_was_done_and_leaves_no_process(tmp_path, stop):
    process = subprocess.Popen(
        [*BANC, "demo", "--report", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        # A shell that started us in the background may have told us, and so our children, to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread here yet
    )
    seen = ""
    while seen.count("PASS") < 3 and process.poll() is None:
        seen += process.stdout.readline()
    started = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(stop)
    rest, _ = process.communicate(timeout=100)
    assert process.returncode == 130, seen + rest
    assert started
    assert not psutil.wait_procs(started, timeout=60)[1]
    summary = json.loads((tmp_path / "report.json").read_text("utf-8"))["summary"]
    # Three checks had ended; the rule that they belong to may have others that had not.
    cases = ET.parse(tmp_path / "junit.xml").getroot().iter("testcase")
    assert sum(len(case) == 0 for case in cases) >= 3
    assert summary["NOT_TESTED"] >= 1
    assert summary["FAIL"] == summary["INCONCLUSIVE"] == 0


@pytest.mark.skipif(os.name == "nt", reason="a console signal cannot be sent to one process on Windows")
def test_ctrl_c_while_things_start_ends_with_130_and_no_trace(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", STARTING, "demo", "--report", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread here yet
    )
    assert process.stdout.readline() == "starting\n"
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=60)
    assert process.returncode == 130, complaints
    assert "Traceback" not in complaints


STARTING = """
import sys
import conformance.commands.demo
import conformance.campaign.set_up as set_up
import conformance.campaign.sharding as sharding
opened = set_up.own_simulator
def telling():
    print("starting", flush=True)
    return opened()
set_up.own_simulator = sharding.own_simulator = telling
from conformance.cli import main
main()
"""
"""The demo, which says when it begins to start its simulator."""


def test_help_shows_examples():
    for command in ("serve", "demo", "run", "load"):
        assert "banc " + command in here(command, "--help").stdout
