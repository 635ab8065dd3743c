"""Problems of documents go to the rule that states them; nothing of the INS is overlooked."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.documents import Expected
from conformance.documents import Status as Known
from conformance.drivers.model import Patient, Status
from conformance.drivers.partners import Document, MessageFormat
from conformance.suite.desk.mingled import mingled
from conformance.suite.desk.papers import Artefact, Subject, expect_no_ins, expect_right, owned_by
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.population.generate import draw

if TYPE_CHECKING:
    from simulator.registry.person import Person


@pytest.fixture
def person() -> Person:
    [found] = draw(1, "papers", nia=False)
    return found


def looked_at(
    person: Person, content: bytes, name: str = "x", status: Known = Known.PROV
) -> list[tuple[Subject, Artefact]]:
    patient = Patient(id="1", status=Status(status.value))
    expected = Expected(identity=person.identity, status=status)
    document = Document(name=name, format=MessageFormat.OTHER, content=content)
    return [
        (
            Subject(key="one", person=person, patient=patient),
            Artefact(label="X", document=document, expected=expected),
        )
    ]


def hl7(field_3: str, status: str = "PROV") -> bytes:
    fields = [""] * 33
    fields[0], fields[3], fields[5], fields[32] = "PID", field_3, "DURAND^PAUL^PAUL^^^^L", status
    return f"MSH|^~\\&|A|B|C|D|20260101||ADT^A28|1|P|2.5\r{'|'.join(fields)}\r".encode()


def pdf_with(title: bytes) -> bytes:
    packet = zlib.compress(b"<x:xmpmeta>" + title + b"</x:xmpmeta>")
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/Metadata 4 0 R>>endobj\n")
    out.write(b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n")
    out.write(b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n")
    out.write(b"4 0 obj<</Type/Metadata/Filter/FlateDecode/Length %d>>stream\n" % len(packet) + packet)
    out.write(b"\nendstream endobj\ntrailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n")
    return out.getvalue()


@pytest.mark.parametrize("shape", ["{}", "{}^^^X&1.2.3&ISO^PI", "x{}x"])
@pytest.mark.parametrize("length", [15, 13])
def test_a_number_in_a_message_is_seen_whole_or_without_key(person: Person, shape: str, length: int) -> None:
    number = person.identity.matricule.value[:length]
    with pytest.raises(Departure, match=number):
        expect_no_ins(looked_at(person, hl7(shape.format(number))))


def test_an_oid_alone_is_seen(person: Person) -> None:
    with pytest.raises(Departure, match=r"213\.1\.4\.10"):
        expect_no_ins(looked_at(person, hl7("1^^^X&1.2.250.1.213.1.4.10&ISO^PI")))


def test_a_file_name_and_an_address_are_looked_at(person: Person) -> None:
    number = person.identity.matricule.value
    with pytest.raises(Departure, match="nom du fichier"):
        expect_no_ins(looked_at(person, hl7("1"), name=f"report_{number}.pdf"))
    [(subject, artefact)] = looked_at(person, hl7("1"))
    addressed = Artefact(
        label="X",
        document=artefact.document,
        expected=artefact.expected,
        recipient=f"{number}@patient.mssante.fr",
    )
    with pytest.raises(Departure, match="destinataire"):
        expect_no_ins([(subject, addressed)])


def test_compressed_metadata_of_a_pdf_are_looked_at(person: Person) -> None:
    with pytest.raises(Departure):
        expect_no_ins(looked_at(person, pdf_with(person.identity.matricule.value.encode())))
    expect_no_ins(looked_at(person, pdf_with(b"nothing here")))


def test_local_numbers_and_other_oids_are_left_alone(person: Person) -> None:
    expect_no_ins(
        looked_at(
            person, hl7("OFF-1^^^X&1.2.250.1.213.1.4.8.99999.2&ISO^PI~279035121518989^^^Y&1.2.3&ISO^SS")
        )
    )


def test_an_ins_before_qualified_belongs_to_tra_01_and_not_to_the_format(person: Person) -> None:
    number = f"{person.identity.matricule.value}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
    found = looked_at(person, hl7(number))
    with pytest.raises(Departure, match="one, X"):
        expect_right(found, owned_by("TRA-01"))
    assert expect_right(found, owned_by("DOC-03")) == found


def test_a_wrong_key_belongs_to_the_format_where_it_stands(person: Person) -> None:
    number = person.identity.matricule.value
    other = f"{number[:13]}{int(number[13:]) % 97 + 1:02d}"
    found = looked_at(
        person, hl7(f"{other}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS", "VALI"), status=Known.QUAL
    )
    with pytest.raises(Departure, match="PID-3"):
        expect_right(found, owned_by("TRA-04"))
    assert expect_right(found, owned_by("TRA-06")) == found


def test_what_is_inferred_is_for_a_person(person: Person) -> None:
    number, oid = person.identity.matricule.value, person.identity.oid
    found = looked_at(person, hl7(f"{number}^^^HABIT&{oid}&ISO^INS", "VALI"), status=Known.QUAL)
    with pytest.raises(UndecidedError) as undecided:
        expect_right(found, lambda problem, _: problem.code == "hl7-authority-name")
    assert undecided.value.verdict is Verdict.REVIEW


def test_no_document_at_all_is_not_tested() -> None:
    with pytest.raises(UndecidedError) as undecided:
        expect_right([], owned_by("TRA-04"))
    assert undecided.value.verdict is Verdict.NOT_TESTED


def mentioned(person: Person, told: str, used: str = "") -> list[str]:
    """Return what is said of a note of one person whose title says this, when one of another was made too."""
    [other] = draw(1, "papers-mingled", nia=False)
    traits = other.identity.traits
    title = told.format(
        name=traits.birth_name, first=traits.first_names.split()[0], date=traits.birth_date.replace("-", "")
    )
    family = f"<family qualifier='BR'>{person.identity.traits.birth_name}</family><family qualifier='CL'>{used}</family>"
    target = (
        f"<recordTarget><patientRole><patient><name>{family}</name></patient></patientRole></recordTarget>"
    )
    content = f"<ClinicalDocument xmlns='urn:hl7-org:v3'><title>{title}</title>{target}</ClinicalDocument>"
    [(subject, artefact)] = looked_at(person, content.encode())
    subject.patient = replace(subject.patient, birth_name=person.identity.traits.birth_name)
    found = mingled(
        artefact.read, artefact.words, person=person, patient=subject.patient, everybody=[person, other]
    )
    return [one.code for one in found]


@pytest.mark.parametrize("told", ["{first} {name}", "Note {name}, {first}", "{name} - {date}"])
def test_a_document_that_names_another_patient(person: Person, told: str) -> None:
    assert mentioned(person, told) == ["names-another-patient"]


@pytest.mark.parametrize("told", ["Note", "Dr {name}", "{first}", "{date}"])
def test_a_name_or_a_date_alone_names_nobody(person: Person, told: str) -> None:
    assert mentioned(person, told) == []


def test_a_name_in_use_that_the_file_has_not(person: Person) -> None:
    assert mentioned(person, "Note", used="KVORLAN") == ["used-name-of-nobody"]
    assert mentioned(person, "Note", used=person.identity.traits.birth_name) == []
