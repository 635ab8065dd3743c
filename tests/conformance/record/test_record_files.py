"""What is written to a record comes back, also from one that was cut."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, timedelta
from typing import get_args

import pytest
from record_samples import ACT, EXCHANGE, HUMAN_ACT, REVIEW, SAML, START, begin, end, planned, started, write

from conformance.record import events
from conformance.record.coding import KINDS, decode, encode
from conformance.record.events import CampaignFinished, CampaignStarted, CheckFinished, HumanAct, Outcome
from conformance.record.missed import Missed
from conformance.record.reading import Record, RecordError
from conformance.record.replay import replay
from conformance.record.results import WaiverState
from conformance.record.timeline import Entry, ExchangeEntry, NoteEntry
from conformance.record.writing import RECORD_NAME, RecordWriteError, RecordWriter
from conformance.verdicts import Aside, Verdict
from simulator.text import Text

ASIDE = Aside(rules=("FLD-01", "TRT-01"), reason=Text("perdu", "lost"), inferred=True)


def verdicts(path):
    return {result.rule.key: result.verdict for result in replay(Record(path)).rules}


def test_every_kind_of_line_has_a_class_and_every_event_a_kind():
    assert set(get_args(events.Event)) | set(get_args(Entry)) == set(KINDS.values())


@pytest.mark.parametrize(
    "value",
    [EXCHANGE, ACT, HUMAN_ACT, REVIEW, started(), end("a", hint=Text("a", "b"), depends_on=("STA-03",))],
)
def test_a_value_is_the_same_after_writing_and_reading(value):
    data = json.loads(json.dumps(encode(value)))
    assert decode(type(value), data) == value


@pytest.mark.parametrize("cls", [Outcome, CampaignStarted, CheckFinished, ExchangeEntry, HumanAct])
def test_no_field_is_lost_on_the_way(cls):
    sample = {
        Outcome: end(
            "a",
            driver_failed=True,
            inferred=True,
            missing_verb="v",
            details="d",
            is_apart=True,
            missed=(CARD,),
        ).outcome,
        CampaignStarted: started(checks=("a",), shard="1/2", session="s", journeys=("import",)),
        CheckFinished: dataclasses.replace(end("a"), verbs=("v",), asides=(ASIDE,)),
        ExchangeEntry: dataclasses.replace(EXCHANGE, service="dmp"),
        HumanAct: HUMAN_ACT,
    }[cls]
    assert {field.name for field in dataclasses.fields(cls)} - set(encode(sample)) <= {"hint", "depends_on"}


def test_a_record_gives_back_checks_timelines_and_verdicts(tmp_path):
    path = write(
        tmp_path,
        planned(("a", "SRC-01"), ("b", "STA-03")),
        begin("a", "SRC-01"),
        ("a", ACT),
        ("a", EXCHANGE),
        end("a"),
        begin("b", "STA-03", 2),
        ("b", NoteEntry(at=START, text=Text("x", "y"))),
        end("b", Verdict.FAIL),
        CampaignFinished(at=START + timedelta(seconds=9)),
    )
    campaign = replay(Record(tmp_path))
    assert [(result.rule.key, result.verdict) for result in campaign.rules] == [
        ("SRC-01", Verdict.PASS),
        ("STA-03", Verdict.FAIL),
    ]
    assert campaign.rules[0].checks[0].evidence[0] == ACT
    assert campaign.rules[0].checks[0].evidence[1].number == 42
    assert (campaign.meta.software_name, campaign.meta.seed, campaign.meta.is_selection) == ("LGO", 7, True)
    assert not campaign.meta.interrupted
    assert [json.loads(line)["n"] for line in path.read_text("utf-8").splitlines()] == list(range(1, 11))


def test_secrets_are_not_in_the_file(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        ("a", EXCHANGE),
        ("a", dataclasses.replace(ACT, result={"header": "Authorization: Bearer abc.def.ghi", "note": SAML})),
    )
    text = path.read_text("utf-8")
    assert "SECRET" not in text
    assert "abc.def" not in text


def test_a_member_that_comes_again_is_referred_to_and_comes_back_whole(tmp_path):
    patient = {"id": "17", "birth_name": "LE GOFF", "first_names": "ANNE-MARIE LOUISE", "status": "PROV"}
    reads = [
        dataclasses.replace(ACT, at=START + timedelta(seconds=number), verb="read_patient", result=patient)
        for number in range(3)
    ]
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        ("a", reads[0]),
        ("a", reads[1]),
        end("a"),
        begin("b", "STA-03"),
        ("b", reads[2]),
        ("a", dataclasses.replace(reads[2], verb="of_another_check")),
        end("b"),
    )
    text = path.read_text("utf-8")
    assert text.count("ANNE-MARIE LOUISE") == 1
    assert text.count('"same":{"result":3}') == 3
    record = Record(path)
    assert list(record.timeline("b")) == [reads[2]]
    assert [entry.verb for entry in record.timeline("a")] == [
        "read_patient",
        "read_patient",
        "of_another_check",
    ]
    assert all(entry.result == patient for entry in record.timeline("a"))


def test_a_record_of_the_first_version_is_still_read(tmp_path):
    path = write(tmp_path, begin("a", "SRC-01"), ("a", ACT), end("a"))
    former = []
    for line in path.read_text("utf-8").splitlines():
        data = {**json.loads(line), "v": 1}
        former.append(json.dumps({**data, "check": "a"} if data["kind"] == "act" else data))
    path.write_text("\n".join(former) + "\n", "utf-8")
    assert list(Record(path).timeline("a")) == [ACT]


def test_what_many_checks_saw_is_written_once(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        ("a", EXCHANGE),
        end("a"),
        begin("b", "STA-03"),
        ("b", EXCHANGE),
        end("b"),
    )
    assert path.read_text("utf-8").count("rechercherIns") == 1
    record = Record(path)
    assert list(record.timeline("b")) == list(record.timeline("a"))
    assert [entry.number for entry in record.timeline("b")] == [42]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_last_line_that_was_cut_is_left_out(tmp_path, cut):
    path = write(
        tmp_path,
        planned(("a", "SRC-01"), ("b", "STA-03")),
        begin("a", "SRC-01"),
        end("a"),
        begin("b", "STA-03"),
        end("b"),
    )
    path.write_bytes(path.read_bytes()[:-cut])
    record = Record(path)
    assert record.interrupted
    assert verdicts(path) == {"SRC-01": Verdict.PASS, "STA-03": Verdict.NOT_TESTED}


def test_a_record_that_goes_on_is_cut_to_its_whole_lines_first(tmp_path):
    path = write(tmp_path, planned(("a", "SRC-01"), ("b", "STA-03")), begin("a", "SRC-01"), end("a"))
    with path.open("ab") as file:
        file.write(b'{"v":1,"n":5,"kind":"check-st')
    record = Record(path)
    with RecordWriter(path, after=record.lines, size=record.size) as writer:
        writer.event(begin("b", "STA-03"))
        writer.event(end("b"))
        writer.event(CampaignFinished(at=START))
    assert verdicts(path) == {"SRC-01": Verdict.PASS, "STA-03": Verdict.PASS}


def test_the_last_attempt_of_a_check_counts(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        ("a", ACT),
        end("a", Verdict.INCONCLUSIVE),
        begin("a", "SRC-01"),
        ("a", EXCHANGE),
        end("a"),
    )
    assert verdicts(path)["SRC-01"] is Verdict.PASS
    assert [type(entry) for entry in Record(path).timeline("a")] == [ExchangeEntry]


def test_a_check_that_never_began_makes_its_rule_not_tested(tmp_path):
    path = write(tmp_path, planned(("a", "SRC-01"), ("b", "SRC-01")), begin("a", "SRC-01"), end("a"))
    result = replay(Record(path)).rules[0]
    assert result.verdict is Verdict.NOT_TESTED
    assert "interrompue" in result.reason.fr


def test_an_existing_record_is_never_written_over(tmp_path):
    path = write(tmp_path)
    with pytest.raises(RecordWriteError, match="--report DIR"):
        RecordWriter(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello\n", r":1: expected a JSON object"),
        ('{"v":3,"n":1,"kind":"campaign"}\n', "expected a record of version 2 or older, got 3"),
        ('{"v":1,"n":2,"kind":"campaign"}\n', "expected line number 1, got 2"),
        ('{"v":1,"n":1,"kind":"campaign"}\n', r":1: "),
        ("", "begins with the line of its campaign"),
        ("[" * 100_000 + "\n", "expected a JSON object"),
    ],
)
def test_what_is_no_record_is_said_to_be_so(tmp_path, text, message):
    (tmp_path / RECORD_NAME).write_text(text, "utf-8")
    with pytest.raises(RecordError, match=message):
        Record(tmp_path)


def test_a_check_that_could_not_be_prepared_names_the_departure_behind_it(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        end("a", Verdict.INCONCLUSIVE, depends_on=("STA-03", "CAL-08")),
        begin("b", "STA-03", 2),
        end("b", Verdict.FAIL),
    )
    caused, culprit = replay(Record(path)).rules
    assert caused.consequence_of == ("STA-03",)
    assert caused.verdict is Verdict.INCONCLUSIVE
    assert caused.reason.fr.startswith("Conséquence de STA-03 :")
    assert caused.reason.en.startswith("Consequence of STA-03:")
    assert culprit.consequence_of == ()


CARD = Missed(path=Text("par carte", "by card"), verb="read_card", reason=Text.same("pas de lecteur"))


def test_a_path_apart_that_is_missing_leaves_the_verdict_to_the_others_and_is_named(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        end("a"),
        begin("b", "SRC-01", 2),
        end("b", Verdict.NOT_TESTED, missing_verb="read_card", is_apart=True, missed=(CARD,)),
        begin("c", "STA-03", 3),
        end("c"),
        begin("d", "STA-03", 4),
        end("d", Verdict.NOT_TESTED, missing_verb="read_patient"),
    )
    passed, not_tested = replay(Record(path)).rules
    assert passed.verdict is Verdict.PASS
    assert passed.paths_not_tested == (CARD,)
    assert (
        passed.reason.fr
        == "1 contrôle réussi ; pourquoi ; testée en partie, voie absente : par carte (read_card)."
    )
    assert passed.reason.en == "1 check passed; why; tested in part, path not offered: by card (read_card)."
    assert (not_tested.verdict, not_tested.paths_not_tested) == (Verdict.NOT_TESTED, ())


def test_a_part_of_a_check_that_is_missing_is_named_beside_its_verdict(tmp_path):
    path = write(tmp_path, begin("a", "SRC-01"), end("a", missed=(CARD,)))
    result = replay(Record(path)).rules[0]
    assert (result.verdict, result.paths_not_tested) == (Verdict.PASS, (CARD,))


def test_a_rule_of_which_no_path_was_tested_is_not_tested(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        end("a", Verdict.NOT_TESTED, missing_verb="read_card", is_apart=True, missed=(CARD,)),
        begin("b", "SRC-01", 2),
        end("b", Verdict.NOT_TESTED, missing_verb="search_insi", is_apart=True),
    )
    result = replay(Record(path)).rules[0]
    assert (result.verdict, result.paths_not_tested) == (Verdict.NOT_TESTED, ())


def test_a_verb_of_no_path_apart_that_is_missing_leaves_the_rule_untested(tmp_path):
    path = write(
        tmp_path,
        begin("a", "SRC-01"),
        end("a"),
        begin("b", "SRC-01", 2),
        end("b", Verdict.NOT_TESTED, missing_verb="read_card"),
    )
    assert replay(Record(path)).rules[0].verdict is Verdict.NOT_TESTED


@pytest.mark.parametrize(
    ("verdict", "expires", "state"),
    [
        (Verdict.FAIL, "2026-03-04", WaiverState.HOLDS),
        (Verdict.FAIL, "2026-03-03", WaiverState.EXPIRED),
        (Verdict.PASS, "2026-03-04", WaiverState.NOT_NEEDED),
    ],
)
def test_a_waiver_holds_until_its_last_day_and_never_makes_a_pass(tmp_path, verdict, expires, state):
    waiver = {"rule": "SRC-01", "reason": "r", "author": "a", "expires": expires}
    path = write(tmp_path, begin("a", "SRC-01"), end("a", verdict), plan={"waivers": [waiver]})
    result = replay(Record(path)).rules[0]
    assert (result.verdict, result.waiver_state) == (verdict, state)
    assert result.waiver.expires == date.fromisoformat(expires)
