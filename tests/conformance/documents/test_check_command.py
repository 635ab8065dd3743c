"""``banc check`` as a vendor types it: exit codes, files compared, JSON, JUnit, the page with cut-outs."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner
from headers import n3, patient_role
from messages import as_json, hl7, msh, patient, pid
from papers import cartouche, pdf, right
from people import EVERYBODY, P1, P2

from conformance.cli import main
from conformance.documents.datamatrix import payload_of

WRONG = pdf(cartouche(P1), payload=payload_of(P2))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "note.xml").write_bytes(n3(patient_role(P1)))
    (tmp_path / "right.pdf").write_bytes(right(P1))
    (tmp_path / "wrong.pdf").write_bytes(WRONG)
    (tmp_path / "adt.hl7").write_bytes(hl7(msh(), pid(P2)))
    (tmp_path / "odd.bin").write_bytes(b"\x01\x02\x03")
    traits = P1.traits
    person = {
        "birth_name": traits.birth_name, "first_names": traits.first_names, "sex": traits.sex, "birth_date": traits.birth_date,
        "birth_place": traits.birth_place, "matricule": P1.matricule.value, "oid": P1.oid, "first_name": "DOMINIQUE",
    }  # fmt: skip
    (tmp_path / "p1.json").write_text(json.dumps(person), encoding="utf-8")
    return tmp_path


def _run(folder, *arguments):
    names = [str(folder / one) if (folder / one).exists() and one != "." else one for one in arguments]
    return CliRunner().invoke(main, ["check", *names])


def test_right_files_of_one_patient_pass(folder):
    result = _run(
        folder, "note.xml", "right.pdf", "--person", "p1.json", "--status", "QUAL", "--profile", "test"
    )
    assert result.exit_code == 0, result.output
    assert "aucun désaccord" in result.output
    assert "2 PASS" in result.output


def test_a_failure_is_quoted_with_its_places(folder):
    result = _run(folder, "wrong.pdf", "--lang", "en")
    assert result.exit_code == 1
    assert "matricule-contradicts" in result.output
    assert f"page 1, line 7   {P1.matricule.value}" in result.output
    assert re.search(rf"page 1, S1, points \d+,\d+ \(\d+×\d+\)   {P2.matricule.value}", result.output)


def test_files_that_disagree_fail_together(folder):
    result = _run(folder, "note.xml", "adt.hl7")
    assert result.exit_code == 1
    assert "PID-3[2].1" in result.output
    assert _run(folder, "note.xml", "adt.hl7", "--no-compare").exit_code == 0


def test_a_folder_holds_documents_of_several_patients(folder):
    for name in ("wrong.pdf", "odd.bin", "p1.json"):
        (folder / name).unlink()
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 0, result.output
    assert CliRunner().invoke(main, ["check", str(folder), "--compare"]).exit_code == 1


def test_what_cannot_be_looked_at_is_no_pass(folder):
    result = _run(folder, "odd.bin")
    assert result.exit_code == 2
    assert "format-unknown" in result.output


def test_the_status_decides(folder):
    assert _run(folder, "note.xml", "--person", "p1.json", "--status", "prov").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.xml"], "there is none"),
        (["note.xml", "--person", "nowhere.json"], "nowhere.json"),
        (["note.xml", "--person", "note.xml"], "expected JSON"),
        (["note.xml", "--registry", "x.sqlite"], "--registry needs --matricule"),
        (["note.xml", "--person", "p1.json", "--matricule", "1"], "given twice"),
        (["note.xml", "--status", "X"], "Invalid value"),
        ([], "Missing argument"),
    ],
)
def test_a_wrong_set_up_is_told_from_a_failure(folder, arguments, said):
    result = _run(folder, *arguments, "--lang", "en")
    assert result.exit_code == 2
    assert said in result.output


def test_a_person_file_with_a_wrong_field_says_which(folder):
    (folder / "bad.json").write_text(json.dumps({"birth_name": "X"}), encoding="utf-8")
    result = _run(folder, "note.xml", "--person", "bad.json")
    assert result.exit_code == 2
    assert "bad.json" in result.output


def test_the_identity_can_come_from_a_registry(folder, tmp_path_factory):
    from simulator.registry.person import Person
    from simulator.registry.store import RegistryStore

    path = tmp_path_factory.mktemp("registry") / "registry.sqlite"
    store = RegistryStore(path)
    store.add([Person(key="p1", identity=P1)])
    store.close()
    chosen = ["--registry", str(path), "--matricule", P1.matricule.value]
    assert _run(folder, "note.xml", *chosen).exit_code == 0
    assert _run(folder, "adt.hl7", *chosen).exit_code == 1
    result = _run(folder, "note.xml", "--registry", str(path), "--matricule", P2.matricule.value)
    assert result.exit_code == 2
    assert "personne n'a 277076322082910" in result.output


def test_json_is_complete_and_stable(folder):
    result = _run(folder, "note.xml", "wrong.pdf", "--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["version"], told["failed"], told["unjudged"]) == (1, 1, True, False)
    note, wrong = told["files"]
    assert (note["format"], note["verdict"], note["problems"]) == ("cda", "PASS", [])
    assert note["documents"][0]["patients"][0]["matricule"] == [P1.matricule.value]
    problem = next(one for one in wrong["problems"] if one["code"] == "matricule-contradicts")
    assert set(problem) == {"code", "severity", "text", "rules", "evidence", "unjudged", "quotes"}
    assert {quoted["kind"] for quoted in problem["quotes"]} == {"line", "pixels"}
    assert told["between"]


def test_junit_has_a_case_for_each_file_and_one_for_the_comparison(folder):
    path = folder / "junit.xml"
    _run(folder, "note.xml", "wrong.pdf", "odd.bin", "--junit", str(path))
    suite = ET.parse(path).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("4", "2", "1")
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "note.xml": [],
        "wrong.pdf": ["failure"],
        "odd.bin": ["error"],
        "comparison": ["failure"],
    }


def test_the_page_shows_cut_outs_and_needs_nothing_else(folder):
    path = folder / "page.html"
    _run(folder, "wrong.pdf", "note.xml", "--html", str(path))
    page = path.read_text(encoding="utf-8")
    assert page.count("data:image/png;base64,") >= 2
    assert "matricule-contradicts" in page
    assert not re.search(r"(?:src|href)=.https?:", page)


def test_a_name_that_is_markup_stays_text(folder):
    evil = folder / "evil.xml"
    evil.write_bytes(n3(patient_role(P1, family="<script>alert(1)</script>")))
    path = folder / "page.html"
    _run(folder, "evil.xml", "--html", str(path))
    assert "<script>" not in path.read_text(encoding="utf-8")


def test_no_colours_away_from_a_terminal(folder):
    assert "\x1b[" not in _run(folder, "wrong.pdf").output


def test_an_export_of_many_patients_is_read_one_at_a_time(folder):
    lines = [as_json(patient(identity)) for identity in EVERYBODY.values()]
    (folder / "export.ndjson").write_bytes(
        b"\n".join([*lines, as_json(patient(P1, number="279035121518988"))])
    )
    result = _run(folder, "export.ndjson", "--json")
    (told,) = json.loads(result.stdout)["files"]
    assert result.exit_code == 1
    assert told["stream"] == {"documents": 6, "failed": 1, "unjudged": 0, "codes": {"matricule-key": 1}}
    assert told["problems"][0]["quotes"][0]["file"] == "export.ndjson #6"


def test_help_shows_examples_and_exit_codes():
    result = CliRunner().invoke(main, ["check", "--help", "--lang", "en"])
    assert result.exit_code == 0
    assert "banc check note.xml" in result.output
    assert "Exit code" in result.output
