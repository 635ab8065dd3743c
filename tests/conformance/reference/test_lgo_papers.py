"""What the reference LGO prints, exports, sends and scans is right, judged by the code of ``banc check``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.documents import Expected, Format, Profile, check, read_document
from conformance.documents import Status as Known
from conformance.documents.datamatrix import payload_of
from conformance.drivers.model import Actor, Attribute, Patient, Proof, Status, Verb
from conformance.drivers.partners import Channel, MessageFormat, SendingOutcome
from conformance.drivers.protocol import RefusedError
from conformance.reference.lgo import Lgo
from conformance.reference.papers import papers
from conformance.reference.papers.kinds import KINDS
from conformance.reference.papers.scanning import check_sex, traits_of
from simulator.ins import InsIdentity, Matricule, Traits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.drivers.partners import Document

USER = Actor(user="dupond")
DOCTOR = "medecin@exemple.mssante.fr"
PEOPLE = {
    "plain": ("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215", "2790351215189", "10"),
    "abroad": (
        "D'ARTAGNAN DE L'HERAULT",
        "PIERRE-ALAIN MURIEL",
        "M",
        "1985-06-17",
        "99352",
        "1850699352077",
        "10",
    ),
    "waiting": ("PROVISOIRE", "MATRICULE", "M", "2009-07-01", "63220", "1090763220888", "9"),
    "long": ("A" * 54, f"{'B' * 26} {'C' * 27}", "F", "1912-10-03", "2B033", "2121020033002", "10"),
}


def identity_of(key: str) -> InsIdentity:
    name, firsts, sex, date, place, number, suffix = PEOPLE[key]
    return InsIdentity(
        traits=Traits(birth_name=name, first_names=firsts, sex=sex, birth_date=date, birth_place=place),
        matricule=Matricule.from_number(number),
        oid=f"1.2.250.1.213.1.4.{suffix}",
    )


@pytest.fixture
def lgo(tmp_path: Path) -> Iterator[Lgo]:
    made = Lgo(tmp_path / "lgo.sqlite")
    made.reset("http://127.0.0.1:9/")
    yield made
    made.close()


def filed(lgo: Lgo, key: str, status: Status, **others: object) -> Patient:
    identity = identity_of(key)
    traits = identity.traits
    has_ins = status in {Status.RECUP, Status.QUAL}
    patient = Patient(
        id="",
        status=status,
        matricule=identity.matricule.value if has_ins else None,
        oid=str(identity.oid) if has_ins else None,
        birth_name=traits.birth_name,
        first_names=traits.first_names,
        first_name=traits.first_names.split(" ")[0],
        birth_date=traits.birth_date,
        sex=str(traits.sex),
        birth_place=traits.birth_place,
        used_name="KVORLAN",
        proof=Proof(kind="CNI") if status in {Status.VALI, Status.QUAL} else None,
    )
    return lgo._store.add_patient(replace(patient, **others))  # type: ignore[arg-type] # fields of a patient


def everything(lgo: Lgo, patient: Patient) -> Iterator[Document]:
    for kind in KINDS:
        yield lgo.papers.render(patient.id, kind, USER)
    for form in (MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA, MessageFormat.MSSANTE):
        yield lgo.papers.export(patient.id, form, USER)
    for channel, recipient in (
        (Channel.MSSANTE, DOCTOR),
        (Channel.MSSANTE_PATIENT, None),
        (Channel.DMP, None),
    ):
        yield from lgo.papers.send(patient.id, "VACCINATION_NOTE", channel, recipient, USER).documents


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("key", ["plain", "waiting"])
def test_nothing_is_wrong_with_anything(lgo: Lgo, key: str, status: Status) -> None:
    patient = filed(lgo, key, status)
    expected = Expected(
        identity=identity_of(key),
        first_name=patient.first_name,
        used_name="KVORLAN",
        status=Known(status.value),
        profile=Profile.TEST,
    )
    for document in everything(lgo, patient):
        problems = check(document.content, expected, name=document.name)
        assert not problems, (document.name, [one.line() for one in problems])


@pytest.mark.parametrize("key", list(PEOPLE))
def test_names_places_and_numbers_survive_everywhere(lgo: Lgo, key: str) -> None:
    patient = filed(lgo, key, Status.QUAL)
    expected = Expected(identity=identity_of(key), first_name=patient.first_name, status=Known.QUAL)
    for document in (
        lgo.papers.render(patient.id, "LABEL", USER),
        lgo.papers.export(patient.id, MessageFormat.HL7V2, USER),
        lgo.papers.export(patient.id, MessageFormat.FHIR, USER),
        lgo.papers.export(patient.id, MessageFormat.CDA, USER),
    ):
        problems = check(document.content, expected, name=document.name)
        assert not [one.line() for one in problems if "F14" not in one.rules]


@pytest.mark.parametrize("status", [Status.PROV, Status.RECUP, Status.VALI])
def test_only_professionals_are_written_to_before_qualified(lgo: Lgo, status: Status) -> None:
    patient = filed(lgo, "plain", status)

    def outcome(channel: Channel) -> SendingOutcome:
        return lgo.papers.send(patient.id, "INTERVIEW_REPORT", channel, DOCTOR, USER).outcome

    assert outcome(Channel.MSSANTE) is SendingOutcome.SENT
    assert (
        outcome(Channel.MSSANTE_PATIENT)
        is outcome(Channel.DMP)
        is outcome(Channel.DP)
        is SendingOutcome.NOT_SENT
    )
    with pytest.raises(RefusedError):
        lgo.papers.open_dmp(patient.id, USER)
    assert lgo.papers.transmissions(patient.id, USER) == []


def test_a_doubtful_identity_is_not_sent_whatever_its_status(lgo: Lgo) -> None:
    patient = filed(lgo, "plain", Status.QUAL, attributes=frozenset({Attribute.DOUTEUSE}))
    message = lgo.papers.export(patient.id, MessageFormat.HL7V2, USER).content.decode()
    assert patient.matricule not in message
    assert "VALI~DOUT" in message


def test_a_refusal_holds_until_it_is_lifted_and_for_its_channel_only(lgo: Lgo) -> None:
    patient, other = filed(lgo, "plain", Status.QUAL), filed(lgo, "waiting", Status.QUAL)

    def sent(who: Patient, channel: Channel) -> bool:
        return lgo.papers.send(who.id, "VACCINATION_NOTE", channel, None, USER).outcome is SendingOutcome.SENT

    assert lgo.papers.oppose(patient.id, frozenset({Channel.MSSANTE_PATIENT}), USER) == {
        Channel.MSSANTE_PATIENT
    }
    assert not sent(patient, Channel.MSSANTE_PATIENT)
    assert sent(patient, Channel.DMP)
    assert sent(other, Channel.MSSANTE_PATIENT)
    lgo.papers.oppose(patient.id, frozenset(), USER)
    assert sent(patient, Channel.MSSANTE_PATIENT)


def test_each_recipient_is_traced_and_told_of_the_withdrawal(lgo: Lgo) -> None:
    patient = filed(lgo, "plain", Status.QUAL)
    first = lgo.papers.send(patient.id, "VACCINATION_NOTE", Channel.MSSANTE_PATIENT, None, USER)
    lgo.papers.send(patient.id, "VACCINATION_NOTE", Channel.DMP, None, USER)
    gone = lgo.papers.withdraw(first.id, USER)
    assert gone.recipient == first.recipient == f"{patient.matricule}@patient.mssante.fr"
    assert b"Suppression" in gone.documents[0].content
    traced = [one.recipient for one in lgo.papers.transmissions(patient.id, USER)]
    assert traced.count(first.recipient) == 2
    assert len(traced) == 3


def test_the_report_beside_the_archive_is_the_body_of_the_cda(lgo: Lgo) -> None:
    patient = filed(lgo, "plain", Status.QUAL)
    [mail] = lgo.papers.send(patient.id, "MEDICATION_REVIEW", Channel.MSSANTE, DOCTOR, USER).documents
    pdfs = [one for one in read_document(mail.content, "m.eml").walk() if one.format is Format.PDF]
    assert len(pdfs) == 2
    assert pdfs[0].data == pdfs[1].data
    assert str(pdfs[0].facts.claim) == "PDF/A-1B"


def test_the_export_holds_everybody_and_the_ins_of_those_qualified(lgo: Lgo) -> None:
    filed(lgo, "plain", Status.QUAL)
    filed(lgo, "waiting", Status.RECUP)
    [document] = lgo.papers.export_all(USER)
    entries = json.loads(document.content)["entry"]
    assert [len(one["resource"]["identifier"]) for one in entries] == [2, 1]


def test_traits_are_added_to_paper_by_the_setting(lgo: Lgo) -> None:
    patient = filed(lgo, "plain", Status.QUAL)
    assert "KVORLAN" not in read_document(lgo.papers.render(patient.id, "LABEL", USER).content).text
    lgo.write_settings({"printed_traits": "used_name,birth_place"})
    text = read_document(lgo.papers.render(patient.id, "LABEL", USER).content).text
    assert "KVORLAN" in text
    assert "51215" in text
    with pytest.raises(RefusedError, match="printed_traits"):
        lgo.write_settings({"printed_traits": "matricule"})
    with pytest.raises(RefusedError, match="document_kinds"):
        lgo.write_settings({"document_kinds": "X"})


class TestScan:
    """A Datamatrix INS scanned in."""

    def test_it_makes_a_provisional_file_without_ins(self, lgo: Lgo) -> None:
        answer = lgo.papers.scan(payload_of(identity_of("abroad")), USER)
        assert answer.patient_id
        patient = lgo.patients.read(answer.patient_id, USER)
        assert (patient.status, patient.matricule) == (Status.PROV, None)
        assert (patient.birth_name, patient.first_name) == ("D'ARTAGNAN DE L'HERAULT", "PIERRE-ALAIN")

    def test_a_known_patient_is_found(self, lgo: Lgo) -> None:
        patient = filed(lgo, "plain", Status.QUAL)
        answer = lgo.papers.scan(payload_of(identity_of("plain")), USER)
        assert (answer.patient_id, answer.outcome) == (patient.id, "UNCHANGED")

    @pytest.mark.parametrize("key", list(PEOPLE))
    def test_what_the_other_writer_wrote_is_read(self, key: str) -> None:
        identity = identity_of(key)
        read = traits_of(payload_of(identity, order=("S7", "S3", "S6", "S4", "S5", "S2", "S1")))
        assert read["birth_name"] == identity.traits.birth_name
        assert read["first_names"] == identity.traits.first_names
        assert read["birth_date"] == identity.traits.birth_date
        assert read["matricule"] == identity.matricule.value

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "IS01",
            "DC01" + "0" * 22,
            payload_of(identity_of("plain")).replace("\x1d", "GS"),
            payload_of(identity_of("plain")).replace("\x1d", ""),
            payload_of(identity_of("plain")).replace("S5F", "S5X"),
            payload_of(identity_of("plain")).replace("28-03-1979", "1979-03-28"),
            payload_of(identity_of("plain"))[:60],
            payload_of(identity_of("plain")) + "S5F",
            "\x00" * 1000,
        ],
    )
    def test_a_wrong_symbol_is_refused_with_a_reason(self, content: str) -> None:
        with pytest.raises(RefusedError) as refused:
            check_sex(traits_of(content))
        assert refused.value.code == "UNREADABLE_DATAMATRIX"


def test_without_the_libraries_the_lgo_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "_NEEDED", ("nothing_of_this_name",))
    lgo = Lgo(tmp_path / "lgo.sqlite")
    assert set(lgo.papers.acts()) == {Verb.SCAN_DATAMATRIX}
    assert "banc-insi[documents]" in lgo.papers.not_supported()[Verb.RENDER_DOCUMENT]
    lgo.close()
