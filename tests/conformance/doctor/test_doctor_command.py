"""``banc doctor``, and the doctor at the beginning of a campaign."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from bent_software import Answer
from click.testing import CliRunner

from conformance.cli import main
from conformance.doctor.notes import Diagnosis, Notes
from conformance.doctor.wire_form import look_at_form
from conformance.record.reading import Record
from conformance.reference.server import running as running_lgo
from simulator.client import BenchClient
from simulator.client.calling import request_of, send

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conformance.record.events import DoctorFinding


def banc(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def plan_file(tmp_path: Path, simulator: str) -> Callable[..., Path]:
    def write(url: str, **others: Any) -> Path:
        path = tmp_path / "plan.yaml"
        data = {"driver": {"url": url}, "simulator": {"url": simulator}, **others}
        path.write_text(yaml.safe_dump(data), encoding="utf-8")
        return path

    return write


def never_calls(act: str, body: Any) -> Any:
    if "insi" in act.rpartition("/")[2]:
        return Answer(
            200, {"id": "1", "outcome": "NOT_FOUND", "patient_id": "1", "code": "01", "message": ""}
        )
    return body


def test_json_has_every_finding_with_its_remedy(
    plan_file: Callable[..., Path], bent: Callable[..., str], tmp_path: Path
) -> None:
    result = banc(
        "doctor", plan_file(bent(ask=never_calls)), "--json", "--lang", "en", "--report", tmp_path / "r"
    )
    data = json.loads(result.output)
    assert (result.exit_code, data["stops"], data["ok"]) == (2, True, False)
    [found] = [each for each in data["findings"] if not each["ok"]]
    assert found["check"] == "insi-reached"
    assert "insi_url" in found["remedy"]


def test_an_address_is_enough(lgo: str, tmp_path: Path) -> None:
    result = banc("doctor", lgo, "--report", tmp_path / "r", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "All is well" in result.output
    assert "the campaign's own" in result.output


@pytest.mark.usefixtures("in_english")
def test_a_plan_that_is_none_is_the_set_up(tmp_path: Path) -> None:
    result = banc("doctor", tmp_path / "nowhere.yaml")
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_each_instance_is_looked_at_and_named(
    plan_file: Callable[..., Path], bent: Callable[..., str], lgo: str, tmp_path: Path
) -> None:
    other = bent(ask=never_calls)
    plan = plan_file(lgo, instances=[{"url": lgo}, {"url": other}])
    result = banc("doctor", plan, "--json", "--report", tmp_path / "r")
    found = [each for each in json.loads(result.output)["findings"] if not each["ok"]]
    assert [each["text"].startswith(f"{other} : ") for each in found] == [True]


def test_a_program_is_looked_at_too(tmp_path: Path, simulator: str) -> None:
    path = tmp_path / "plan.yaml"
    driver = {"kind": "subprocess", "command": [sys.executable, "-m", "conformance.reference", "--stdio"]}
    data = {
        "driver": driver,
        "simulator": {"url": simulator},
        "software": {"actors": ["RI", "CALL", "MSS", "DMP"]},
    }
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    result = banc("doctor", path, "--report", tmp_path / "r", "--lang", "en", "--json")
    assert result.exit_code == 0, result.output
    [told] = [each for each in json.loads(result.output)["findings"] if not each["ok"]]
    assert ("DOC-01" in told["text"], "Add PRINT" in told["remedy"]) == (True, True)


def test_a_program_that_does_not_start_is_told_with_what_it_wrote(tmp_path: Path, simulator: str) -> None:
    path = tmp_path / "plan.yaml"
    command = [sys.executable, "-S", "-c", "raise SystemExit('no licence')"]
    data = {"driver": {"kind": "subprocess", "command": command}, "simulator": {"url": simulator}}
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    result = banc("doctor", path, "--report", tmp_path / "r", "--lang", "en", "--json")
    told, *_ = [each for each in json.loads(result.output)["findings"] if not each["ok"]]
    assert told["text"].endswith("Last lines of its error output: no licence")
    assert told["remedy"].startswith("Try the command of the plan")


def test_a_campaign_does_not_begin_when_something_stops_it(
    plan_file: Callable[..., Path], bent: Callable[..., str], tmp_path: Path
) -> None:
    report = tmp_path / "report"
    report.mkdir()
    (report / "record.ndjson").write_text("that of an earlier campaign\n")
    result = banc("run", plan_file(bent(ask=never_calls)), "--rule", "CRE-05", "--report", report)
    assert result.exit_code == 2
    assert "aucun appel n'a atteint le simulateur" in result.stderr
    assert "n'est compté contre le logiciel" in result.stderr
    assert "CRE-05" not in result.stdout
    # What an earlier campaign left is where it was.
    assert [path.name for path in report.iterdir()] == ["record.ndjson"]


def test_a_campaign_may_be_begun_all_the_same(
    plan_file: Callable[..., Path], bent: Callable[..., str], tmp_path: Path
) -> None:
    plan = plan_file(bent(ask=never_calls))
    result = banc("run", plan, "--rule", "CRE-02", "--report", tmp_path / "report", "--no-doctor")
    assert result.exit_code in {0, 1}, result.output
    [finding] = Record(tmp_path / "report").doctor
    assert (finding.check, finding.is_ok) == ("not-looked-at", False)


def test_findings_are_in_the_record_and_what_is_to_mend_is_printed(
    plan_file: Callable[..., Path], lgo: str, tmp_path: Path
) -> None:
    plan = plan_file(lgo, software={"name": "LGO", "version": "9.9"})
    result = banc("run", plan, "--rule", "CRE-02", "--report", tmp_path / "report", "--lang", "en")
    assert result.exit_code == 0, result.output
    assert "the plan says version 9.9" in result.stdout
    found = Record(tmp_path / "report").doctor
    assert [finding.check for finding in found if not finding.is_ok] == ["software"]
    assert {"folder", "simulator", "address", "insi-reached"} <= {each.check for each in found if each.is_ok}


def test_the_patients_of_the_checks_are_the_same_with_the_doctor_or_without(
    plan_file: Callable[..., Path], lgo: str, tmp_path: Path
) -> None:
    for name, options in (("with", []), ("without", ["--no-doctor"])):
        done = banc(
            "run", plan_file(lgo), "--rule", "CRE-02", "--seed", 5, "--report", tmp_path / name, *options
        )
        assert done.exit_code == 0, done.output
    drawn = []
    for name in ("with", "without"):
        record = Record(tmp_path / name)
        drawn.append(
            [
                entry.result
                for check in record.checks
                for entry in record.timeline(check)
                if getattr(entry, "verb", "") == "draw"
            ]
        )
    assert drawn[0]
    assert drawn[0] == drawn[1]


def test_two_processes_tell_what_stops_one_of_them(
    plan_file: Callable[..., Path], bent: Callable[..., str], tmp_path: Path
) -> None:
    # Two instances: one that the other empties meanwhile would be in trouble of its own.
    with running_lgo() as url:
        plan = plan_file(url, instances=[{"url": url}, {"url": bent(ask=never_calls)}])
        result = banc("run", plan, "--rule", "CRE-02", "--jobs", 2, "--report", tmp_path / "report")
    assert result.exit_code == 2
    assert "aucun appel n'a atteint le simulateur" in result.stderr


def told_of_the_form(simulator: str, *requests: bytes) -> list[DoctorFinding]:
    with BenchClient(simulator) as bench:
        session = bench.create_session()
        for request in requests:
            assert send(session.soap_url, request).status == 200
        found: list[DoctorFinding] = []
        look_at_form(session.exchanges(), Notes(found.append))
        return found


def test_fresh_requests_of_the_right_form_are_not_spoken_of(simulator: str) -> None:
    assert told_of_the_form(simulator, request_of({}, {}), request_of({}, {})) == []


def test_a_request_sent_twice_and_a_name_of_another_form_are_told_once_and_stop_nothing(
    simulator: str,
) -> None:
    request = request_of({}, {}).replace(b"urn:lps:", b"lps-")
    [found] = told_of_the_form(simulator, request, request, request)
    assert not Diagnosis(findings=(found,)).stops
    assert found.text.en.count("LPS/Nom of the form") == 1
    assert "wsa:MessageID already received" in found.text.en


def test_a_context_of_another_day_is_told(simulator: str) -> None:
    request = re.sub(rb"(Temps>)[^<]+", rb"\g<1>2020-02-29T08:00:00Z", request_of({}, {}))
    [found] = told_of_the_form(simulator, request)
    assert found.text.fr.count("Temps 2020-02-29T08:00:00Z") == 2
