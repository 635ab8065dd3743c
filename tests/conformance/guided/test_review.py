"""What only eyes can judge: REVIEW with its picture until somebody decides, and never a way round the bench."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from conformance.cli import main
from conformance.record.events import Outcome, ReviewDecided
from conformance.record.packing import pack
from conformance.record.reading import Record
from conformance.record.replay import replay
from conformance.record.reviewing import DECISIONS, reviewed
from conformance.record.verifying import verify
from conformance.record.writing import RecordWriter
from conformance.verdicts import Verdict
from simulator.text import Text

CHECK = "import_checked.labels_seen"


@pytest.fixture
def looked_at(conversation):
    """Return the record of a campaign in which the file of the patient was photographed."""
    shot = conversation.folder.parent / "fiche.png"
    shot.write_bytes(b"\x89PNG a file")
    conversation.person.pictures = [f"joindre {shot}", "fini ?", ""]
    conversation.run(journeys=("import",))
    return Record(conversation.folder)


def review(record, *arguments, text=""):
    return CliRunner().invoke(main, ["review", str(record.path.parent), *arguments], input=text)


def verdicts(record):
    return {result.rule.key: result for result in replay(Record(record.path)).rules if result.checks}


def test_a_decision_is_part_of_the_record_and_of_all_that_is_made_from_it(looked_at):
    before = verdicts(looked_at)
    assert {before[key].verdict for key in ("DIS-01", "DIS-03")} == {Verdict.REVIEW}
    asked = review(looked_at, text="A. Martin\nPASS\nN. Nais., Pr. 1, DDN, S.\nSKIP\n")
    assert asked.exit_code == 0, asked.output
    assert "fiche.png" in asked.output
    assert "SHA-256" in asked.output
    after = verdicts(looked_at)["DIS-01"]
    assert after.verdict is Verdict.PASS
    assert verdicts(looked_at)["DIS-03"].verdict is Verdict.REVIEW, "what was left out waits"
    assert "décidé par A. Martin le " in after.reason.fr
    [decision] = Record(looked_at.path).reviews
    assert (decision.author, decision.reason) == ("A. Martin", "N. Nais., Pr. 1, DDN, S.")
    report = json.loads((looked_at.path.parent / "report.json").read_text("utf-8"))
    assert {rule["id"]: rule["verdict"] for rule in report["rules"]}["DIS-01"] == "PASS"
    package = looked_at.path.parent / "evidence.zip"
    pack(Record(looked_at.path), package)
    assert verify(package).is_sound


def test_deciding_again_replaces_and_both_stay(looked_at):
    for decision in ("PASS", "FAIL"):
        done = review(looked_at, "--check", CHECK, "--decision", decision, "--author", "B", "--reason", "vu")
        assert done.exit_code == 0, done.output
    assert verdicts(looked_at)["DIS-01"].verdict in {Verdict.FAIL, Verdict.WARNING}
    assert [each.verdict for each in Record(looked_at.path).reviews] == [Verdict.PASS, Verdict.FAIL]
    listed = review(looked_at, "--list")
    assert "FAIL  B" in listed.output


def test_what_the_bench_judged_is_not_open(looked_at):
    refused = review(
        looked_at, "--check", "import.recovered", "--decision", "PASS", "--author", "B", "--reason", "-"
    )
    assert refused.exit_code == 2
    assert "le banc l'a jugé PASS et ce verdict reste" in refused.output
    unknown = review(
        looked_at, "--check", "import.nothing", "--decision", "PASS", "--author", "B", "--reason", "-"
    )
    assert unknown.exit_code == 2
    assert Record(looked_at.path).reviews == []


def test_a_decision_written_into_the_record_by_hand_does_not_turn_a_fail(
    software, tmp_path, simulator, request
):
    helpers = request.config.pluginmanager.get_plugin(str(request.path.with_name("conftest.py")))
    conversation = helpers.Conversation(software("import-sets-validated"), tmp_path / "campagne", simulator)
    conversation.run(journeys=("import",))
    record = Record(conversation.folder)
    with RecordWriter(record.path, after=record.lines, size=record.size) as writer:
        writer.event(
            ReviewDecided(
                at=record.started.at, check="import.recovered", verdict=Verdict.PASS, author="X", reason="-"
            )
        )
    assert verdicts(record)["STA-03"].verdict is Verdict.FAIL


@pytest.mark.parametrize("found", [verdict for verdict in Verdict if verdict is not Verdict.REVIEW])
@pytest.mark.parametrize("decided", DECISIONS)
def test_only_a_review_is_open_to_a_decision(found, decided):
    outcome = Outcome(verdict=found, reason=Text("", ""))
    at = datetime.now(UTC)
    decision = ReviewDecided(at=at, check="c", verdict=decided, author="X", reason="-")
    assert reviewed(outcome, decision) == outcome


def test_nothing_waits_when_there_is_no_picture(conversation):
    conversation.run(journeys=("import",))
    assert verdicts(Record(conversation.folder))["DIS-01"].verdict is Verdict.NOT_TESTED
    assert "Rien n'attend de décision" in review(Record(conversation.folder)).output
