"""What the reference LGO reads of messages from other domains, and what it does with each of the nine kinds."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from dataclasses import replace
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest

from conformance.documents import check
from conformance.drivers.model import BIRTH_FIELDS, Actor, Patient, Role, Status
from conformance.drivers.partners import Document, MessageFormat, ReceivedIdentity, ReceptionOutcome
from conformance.drivers.protocol import RefusedError
from conformance.reference.files import NEW
from conformance.reference.incoming import cda, fhir, hl7, mail
from conformance.reference.incoming.arrived import Act, Arrived, UnreadableError, judged
from conformance.reference.lgo import Lgo
from conformance.suite.incoming import forms
from conformance.suite.incoming.forms import Form, adt, mailed, written
from conformance.suite.incoming.kinds import Incoming, letter
from conformance.suite.incoming.letter import Letter
from conformance.suite.incoming.mail import ERRORS, plain, returned
from conformance.suite.incoming.mail import write as write_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER = Actor(user="anne", role=Role.USER)
RIGHT = ReceivedIdentity(
    sender="LABO",
    matricule="279035121518989",
    oid="1.2.250.1.213.1.4.10",
    birth_name="PAT-TROIS",
    first_names="DOMINIQUE MARIE-LOUISE",
    first_name="DOMINIQUE",
    birth_date="1979-03-28",
    sex="F",
    birth_place="51215",
    status="QUAL",
)
OTHER = replace(
    RIGHT,
    matricule="277076322082910",
    birth_name="D'AEION  L'&A",
    first_names="RUTH",
    first_name="RUTH",
    birth_date="1977-07-14",
    birth_place="2B033",
    sex="M",
)


def read(document: Document) -> list[Arrived]:
    match document.format:
        case MessageFormat.MSSANTE:
            return mail.read(document.content)[0]
        case MessageFormat.CDA:
            return [cda.read(document.content)]
        case MessageFormat.HL7V2:
            return [hl7.read(document.content)]
        case _:
            return [fhir.read(document.content)]


class TestReading:
    @pytest.mark.parametrize("identity", [RIGHT, OTHER], ids=["plain", "awkward"])
    @pytest.mark.parametrize("form", Form)
    def test_what_is_written_is_read(self, form: Form, identity: ReceivedIdentity) -> None:
        told = Letter(identity=identity)
        [arrived] = read(written(told, form))
        assert arrived.values == {name: getattr(identity, name) for name in BIRTH_FIELDS}
        assert (arrived.document, arrived.document_id) == (told.title, told.document_id)
        assert judged(arrived).problem is None

    def test_an_adt_holds_an_identity_and_no_document(self) -> None:
        [arrived] = read(adt(Letter(identity=OTHER)))
        assert arrived.values == {name: getattr(OTHER, name) for name in BIRTH_FIELDS}
        assert (arrived.document, arrived.status) == (None, "VALI")

    @pytest.mark.parametrize("form", Form)
    @pytest.mark.parametrize(
        ("kind", "problem"),
        [(Incoming.NO_INS, "903"), (Incoming.INCOMPLETE, "905"), (Incoming.OTHER_TRAITS, None)],
        ids=["903", "905", "904"],
    )
    def test_what_a_document_lacks_is_told_by_its_code(
        self, form: Form, kind: Incoming, problem: str | None
    ) -> None:
        [arrived] = read(written(letter(kind, RIGHT, OTHER), form))
        assert judged(arrived).problem == problem

    @pytest.mark.parametrize("form", [Form.MAIL, Form.ORU, Form.MDM, Form.FHIR])
    def test_an_envelope_of_somebody_else_is_noticed(self, form: Form) -> None:
        [arrived] = read(written(Letter(identity=RIGHT, envelope=OTHER), form))
        assert judged(arrived).problem == "CONTRADICTORY"

    @pytest.mark.parametrize("form", [Form.MAIL, Form.MDM, Form.FHIR])
    @pytest.mark.parametrize("act", [Act.REPLACES, Act.DELETES])
    def test_replacement_and_deletion_are_told(self, form: Form, act: Act) -> None:
        kind = Incoming.REPLACEMENT if act is Act.REPLACES else Incoming.DELETION
        [arrived] = read(written(letter(kind, RIGHT, OTHER, "2.25.4711"), form))
        assert arrived.act is act

    @pytest.mark.parametrize("code", ERRORS)
    def test_a_mail_that_reports_an_error_is_told_from_a_document(self, code: str) -> None:
        assert mail.read(returned(Letter(identity=RIGHT), code))[1] == code
        assert mail.read(write_mail(Letter(identity=RIGHT)))[1] is None

    def test_two_ins_in_one_header_are_none(self) -> None:
        told = Letter(identity=RIGHT, other_ids=((OTHER.oid or "", OTHER.matricule or ""),))
        [arrived] = read(written(told, Form.CDA))
        assert judged(arrived).problem == "903"


class TestWriters:
    @pytest.mark.parametrize("form", Form)
    @pytest.mark.parametrize(
        "kind", [Incoming.RIGHT, Incoming.NO_INS, Incoming.REPLACEMENT, Incoming.DELETION]
    )
    def test_a_right_document_has_nothing_wrong_but_the_level_of_its_page(
        self, kind: Incoming, form: Form
    ) -> None:
        codes = {one.code for one in check(written(letter(kind, RIGHT, OTHER, "2.25.1"), form).content)}
        assert codes <= {"pdfa-claim"}

    @pytest.mark.parametrize("form", [Form.CDA, Form.ORU, Form.FHIR])
    def test_the_bench_itself_sees_what_is_missing(self, form: Form) -> None:
        codes = {one.code for one in check(written(letter(Incoming.INCOMPLETE, RIGHT, OTHER), form).content)}
        assert any("trait-missing" in one for one in codes)

    def test_each_kind_is_a_document_of_its_own(self) -> None:
        # To the sender, what is unknown, denied or trusted is as right as can be.
        made = {kind: written(letter(kind, RIGHT, OTHER, "2.25.1"), Form.CDA).content for kind in Incoming}
        assert len(set(made.values())) == len(Incoming) - 3
        assert {kind.words.fr for kind in Incoming} != {kind.words.en for kind in Incoming}


def _zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return out.getvalue()


def _mail_with(archive: bytes) -> bytes:
    made = EmailMessage()
    made["Subject"] = "XDM/1.0/DDM+x"
    made.set_content("x")
    made.add_attachment(archive, maintype="application", subtype="zip", filename="IHE_XDM.ZIP")
    return made.as_bytes()


METADATA = "IHE_XDM/SUBSET01/METADATA.XML"
RIM = 'xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"'
ENTITY = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


class TestBadBytes:
    @pytest.mark.parametrize(
        ("reader", "content"),
        [
            (cda.read, b""),
            (cda.read, b"<a/>"),
            (cda.read, ENTITY + b'<ClinicalDocument xmlns="urn:hl7-org:v3">&c;</ClinicalDocument>'),
            (cda.read, b"<a>" * 100_000),
            (hl7.read, b""),
            (hl7.read, b"MSH"),
            (hl7.read, b"MSH|^~\\&|\rPID|1\rPID|2\r"),
            (hl7.read, b"MSH|^~\\&|\rPID|1\rOBX|1|ED|x||^TEXT^XML^Base64^!!!\r"),
            (fhir.read, b"{"),
            (fhir.read, b"[" * 200_000),
            (fhir.read, b'{"resourceType": "Bundle", "entry": [1]}'),
            (fhir.read, b'{"resourceType": "Patient", "name": 3}'),
            (mail.read, _mail_with(b"PK")),
            (mail.read, _mail_with(_zip(**{METADATA: b"<a>"}))),
            (
                mail.read,
                _mail_with(
                    _zip(
                        **{
                            METADATA: f'<o {RIM}><ExtrinsicObject><Slot name="URI"><ValueList><Value>../../etc/passwd</Value></ValueList></Slot></ExtrinsicObject></o>'.encode()
                        }
                    )
                ),
            ),
            (mail.read, _mail_with(_zip(**{METADATA: b"0" * (mail.MAX_BYTES + 1)}))),
        ],
        ids=range(16),
    )
    def test_what_cannot_be_read_is_named(self, reader: Callable[[bytes], object], content: bytes) -> None:
        with pytest.raises(UnreadableError, match=r"\w"):
            reader(content)

    @pytest.mark.parametrize("form", Form)
    def test_damaged_messages_are_read_or_refused(self, form: Form) -> None:
        draw = random.Random(4711)
        whole = written(Letter(identity=RIGHT), form)
        for _ in range(60):
            content = bytearray(whole.content)
            for _ in range(draw.randint(1, 6)):
                place = draw.randrange(len(content))
                content[place : place + draw.randint(0, 9)] = draw.randbytes(draw.randint(0, 5))
            with suppress(UnreadableError):
                read(replace(whole, content=bytes(content)))


@pytest.fixture
def lgo(tmp_path: Path) -> Iterator[Lgo]:
    opened = Lgo(tmp_path / "lgo.sqlite")
    # Nobody listens there: every verification fails, and what needs one shows it.
    opened.reset("http://127.0.0.1:9/")
    yield opened
    opened.close()


def qualified(lgo: Lgo) -> str:
    fields = {name: getattr(RIGHT, name) for name in BIRTH_FIELDS}
    store = lgo.messages._partners._store
    return store.add_patient(Patient(id=NEW, status=Status.QUAL, **fields)).id


class TestReceiving:
    @pytest.mark.parametrize("form", Form)
    def test_a_right_document_joins_the_file_of_its_patient(self, lgo: Lgo, form: Form) -> None:
        patient = qualified(lgo)
        answer = lgo.messages.receive(written(Letter(identity=RIGHT), form), "LABO", USER)
        assert (answer.outcome, answer.patient_id) == (ReceptionOutcome.ATTACHED, patient)
        [document] = lgo.partners.documents(patient, USER)
        assert document.name == Letter(identity=RIGHT).title
        assert lgo.partners.items(USER) == []

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [
            (Incoming.NO_INS, "INTEGRATION_903"),
            (Incoming.INCOMPLETE, "INTEGRATION_905"),
            (Incoming.DELETION, "DOCUMENT_DELETED"),
            (Incoming.OTHER_TRAITS, "VERIFICATION_FAILED"),
        ],
    )
    def test_another_one_waits_for_a_person(self, lgo: Lgo, kind: Incoming, reason: str) -> None:
        patient = qualified(lgo)
        before = lgo.patients.read(patient, USER)
        stranger = replace(OTHER, birth_name="D'AEION")
        message = written(letter(kind, RIGHT, stranger, "2.25.1"), Form.MAIL)
        answer = lgo.messages.receive(message, "LABO", USER)
        assert lgo.partners.documents(patient, USER) == []
        assert lgo.patients.read(patient, USER) == before
        assert [one.reason for one in lgo.partners.items(USER)] == [reason]
        assert reason in {one.code for one in answer.alerts}

    def test_a_replacement_is_filed_and_told(self, lgo: Lgo) -> None:
        patient = qualified(lgo)
        message = written(letter(Incoming.REPLACEMENT, RIGHT, OTHER, "2.25.1"), Form.MDM)
        lgo.messages.receive(message, "LABO", USER)
        assert len(lgo.partners.documents(patient, USER)) == 1
        assert [one.reason for one in lgo.partners.items(USER)] == ["DOCUMENT_REPLACED"]

    @pytest.mark.parametrize(
        "content",
        [
            plain(Letter(identity=RIGHT)),
            returned(Letter(identity=RIGHT), "904"),
            write_mail(Letter(identity=RIGHT), Letter(identity=OTHER)),
        ],
        ids=["pdf-only", "error", "two-patients"],
    )
    def test_a_mail_that_is_no_document_of_one_patient_waits(self, lgo: Lgo, content: bytes) -> None:
        patient = qualified(lgo)
        answer = lgo.messages.receive(mailed(content), "LABO", USER)
        assert answer.outcome is ReceptionOutcome.QUEUED
        assert lgo.partners.documents(patient, USER) == []
        assert len(lgo.partners.items(USER)) == 1

    @pytest.mark.parametrize("form", MessageFormat)
    def test_bytes_of_no_format_are_refused(self, lgo: Lgo, form: MessageFormat) -> None:
        message = Document(name="x", format=form, content=b"\x00\xff")
        if form is MessageFormat.MSSANTE:
            assert lgo.messages.receive(message, "LABO", USER).outcome is ReceptionOutcome.QUEUED
            return
        with pytest.raises(RefusedError) as refused:
            lgo.messages.receive(message, "LABO", USER)
        assert refused.value.code in {"UNREADABLE_MESSAGE", "UNKNOWN_FORMAT"}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"matricule": "279035121518988"}, "MATRICULE_WRONG_KEY"),
            ({"oid": "1.2.250.1.213.1.4.13"}, "OID_UNKNOWN"),
        ],
    )
    def test_a_number_that_no_ins_can_be_is_not_even_verified(
        self, lgo: Lgo, changes: dict[str, str], code: str
    ) -> None:
        answer = lgo.partners.receive(replace(RIGHT, **changes), USER)
        assert [one.code for one in answer.alerts] == [code]
        assert [one.reason for one in lgo.partners.items(USER)] == ["INS_UNUSABLE"]
        assert not any(one.action == "INSI_VERIFICATION" for one in lgo.audit_log(None))

    def test_an_oid_of_tests_is_none_in_production(self, lgo: Lgo) -> None:
        lgo.write_settings({"environment": "production"})
        answer = lgo.partners.receive(RIGHT, USER)
        assert [one.code for one in answer.alerts] == ["OID_OF_TESTS"]


def test_the_writers_name_every_form() -> None:
    assert set(forms._WRITERS) == set(Form)
