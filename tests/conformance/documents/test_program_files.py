"""Patients in the files of programs are judged like tables; letters, labels and signed mails of other makes are looked through."""

import pytest
from other_shapes import rows
from papers import cartouche
from people import P1, P2
from program_files import LABELS, LETTERS, PROGRAMS, compound, dbase, excel_97, php, signed, sqlite
from sendings import mail, xdm
from test_other_shapes import CHANGED, PROV, QUAL, told

from conformance.documents import Expected, Format, Status, check, read_document
from conformance.documents.datamatrix import payload_of

from headers import n3, patient_role  # isort: skip

NUMBER, OTHER = P1.matricule.value, P2.matricule.value


@pytest.mark.parametrize("make", PROGRAMS)
def test_right_people_in_any_program(make):
    assert not told(PROGRAMS[make](rows()), QUAL)
    assert not told(PROGRAMS[make](rows(ins=False, status="PROVISOIRE")[:1]), PROV)
    assert len([one for part in read_document(PROGRAMS[make](rows())).walk() for one in part.records]) == 2


@pytest.mark.parametrize("code", CHANGED)
@pytest.mark.parametrize("make", PROGRAMS)
def test_wrong_people_in_any_program(make, code):
    changed, expected = CHANGED[code]
    assert code in told(PROGRAMS[make](rows(**changed)), expected)


def test_a_deleted_record_leaves_too():
    assert told(dbase(rows(), deleted=(0,)), Expected(identity=P1, status=Status.RECUP)) & {"ins-before-qual"}


@pytest.mark.parametrize("make", LETTERS)
def test_letters_of_other_programs(make):
    lines = cartouche(P1)
    assert not told(LETTERS[make](lines), QUAL)
    assert told(LETTERS[make]([one.replace(NUMBER, OTHER) for one in lines]), QUAL)
    assert "matricule-key" in told(
        LETTERS[make]([one.replace(NUMBER, NUMBER[:-1] + "8") for one in lines]), QUAL
    )
    assert told(LETTERS[make](lines), PROV)


@pytest.mark.parametrize("make", LETTERS)
def test_a_letter_that_gives_the_number_under_another_name(make):
    lines = [one.replace(P1.traits.birth_name, "GUILLERMINET") for one in cartouche(P1)]
    assert "number-without-its-name" in told(LETTERS[make](lines), QUAL)


@pytest.mark.parametrize("make", LABELS)
def test_symbols_on_labels_of_other_printers(make):
    lines = [f"{P1.traits.birth_name} {P1.traits.first_names}"]
    assert not told(LABELS[make](lines, payload_of(P1)), QUAL)
    assert {"matricule-differs", "birth-name-differs"} <= told(LABELS[make](lines, payload_of(P2)), QUAL)
    assert told(LABELS[make](lines, payload_of(P1)), PROV)


@pytest.mark.parametrize("parts", [False, True])
def test_a_signed_mail_is_read(parts):
    note = xdm(P1, {"DOC00001.XML": n3(patient_role(P1))})
    whole = mail(P1, note)
    assert told(signed(whole, parts=parts), QUAL) == told(whole, QUAL)
    wrong = mail(P1, xdm(P2, {"DOC00001.XML": n3(patient_role(P2))}))
    assert told(signed(wrong, parts=parts), QUAL) == told(wrong, QUAL) != told(whole, QUAL)


def test_an_encrypted_mail_is_not_accused():
    locked = (
        b"From: a@x.mssante.fr\r\nTo: b@y.mssante.fr\r\nSubject: x\r\nX-MSS-INS: O\r\nX-MSS-CODECDA: 11488-4\r\n"
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIIB\r\n"
    )
    found = {one.code: one for one in check(locked, QUAL)}
    assert found["mail-encrypted"].unjudged
    assert not {"mss-ins-without-cda", "mss-codecda"} & found.keys()


@pytest.mark.parametrize(
    "document",
    [
        sqlite(rows())[:5000],
        sqlite(rows()).replace(b"CREATE TABLE", b"CREATE VIEW "),
        dbase(rows())[:300],
        dbase(rows()).replace(b"\x0d", b"\x0c", 1),
        excel_97(rows())[:-600],
        compound({"Workbook": b"\x09\x08\xff\xff" * 2000}),
        compound({"Workbook": excel_97(rows())})[:512] + b"\0" * 4096,
        php(rows())[:-4],
        php(rows()).replace(b"a:2:", b"a:9999999:"),
        b"a:1:{i:0;" * 5000,
        b"<table>" + b"<tr><td>" * 50_000,
        b"<Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'><Worksheet><Table><Row><Cell ss:Index='9'/></Row></Table></Worksheet></Workbook>",
    ],
)
def test_what_is_spoilt_is_answered(document):
    assert "bench-error" not in {one.code for one in check(document, QUAL)}


def test_a_letter_with_a_table_is_no_list():
    page = "<html><body><table><tr><th>Nom de naissance</th><td>X</td></tr><tr><th>Date de naissance</th><td>01/02/1980</td></tr></table></body></html>"
    assert read_document(page.encode()).format is Format.UNKNOWN
