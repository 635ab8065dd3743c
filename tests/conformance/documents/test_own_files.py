"""Tables, workbooks, JSON, XML and contact cards of the software's own making: what is right in them, and what is seen in them."""

from __future__ import annotations

import io
import zipfile

import pytest
from messages import as_json, patient
from own_files import HEADS, attributes, card, elements, js, own, row, spreadsheet, table, workbook
from people import CORSICA, P1, P2, first_name
from sendings import xdm

from conformance.documents import Expected, Severity, Status, check, read_document
from conformance.documents.context import Limits
from conformance.documents.exports.columns import Tells, tells
from conformance.documents.record import Format

NUMBER = P1.matricule.value
NOBODY = Expected()
QUAL = Expected(identity=P1, first_name="DOMINIQUE", status=Status.QUAL)
PROV = Expected(identity=P1, first_name="DOMINIQUE", status=Status.PROV)
WRONG_KEY = NUMBER[:13] + "88"


INSI = {
    "tiq": {"nomNaissance": "PAT-TROIS", "listePrenom": "DOMINIQUE MARIE-LOUISE", "sexe": "F", "dateNaissance": "1979-03-28"},
    "insActif": {"idIndividu": {"numIdentifiant": NUMBER[:13], "cle": NUMBER[13:]}, "oid": P1.oid},
    "insHisto": {"idIndividu": {"numIdentifiant": "1090763220888", "cle": "35"}, "oid": "1.2.250.1.213.1.4.9"},
}  # fmt: skip


def _zip(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


RIGHT = {
    "two lines": (table([row(P1), row(P2)]), QUAL),
    "Windows, a total below": (table([row(P1), row(P2)], encoding="cp1252", after="Total;2\r\n"), QUAL),
    "UTF-16, tabulations": (b"\xff\xfe" + table([row(P1), row(P2)], mark="\t", encoding="utf-16-le"), QUAL),
    "a title above": (table([row(P1), row(P2)], before="Export du 3 juin 2026\r\n\r\n"), QUAL),
    "numbers kept from a spreadsheet": (table([row(P1, number=f'="{NUMBER}"')]), QUAL),
    "English keys": (
        table([row(P1), row(P2, ins=False, status="PROV")], ["birth_name", "first_names", "first_name", "birth_date", "sex", "birth_place", "matricule", "oid", "status"], mark=","),
        QUAL,
    ),
    "before QUAL": (table([row(P1, ins=False, status="PROV")]), PROV),
    "names in lower case, dates of eight figures": (table([row(P1, name="Pat-Trois", date="19790328")]), QUAL),
    "key in a column of its own": (
        table([[*row(P1, number=NUMBER[:13]), NUMBER[13:]]], [*HEADS, "Clé INS"]), QUAL,
    ),
    "a given name in each column": (
        table([["PAT-TROIS", "DOMINIQUE", "MARIE-LOUISE", "28/03/1979", "F", NUMBER, P1.oid]], ["Nom de naissance", "Prénom 1", "Prénom 2", "Né(e) le", "Sexe", "INS", "OID INS"]),
        QUAL,
    ),
    "the insured beside": (
        table([[*row(P1), "NESSI", P2.matricule.value]], [*HEADS, "Nom de naissance assuré", "NIR assuré"]), QUAL,
    ),
    "one card, labels in the first column": (
        table([[one, told] for one, told in zip(HEADS[1:], row(P1)[1:], strict=True)], [HEADS[0], "PAT-TROIS"]), QUAL,
    ),
    "acts of one patient": (table([row(P1), row(P1), row(P1)]), QUAL),
    "workbook": (workbook([row(P1), row(P2)]), QUAL),
    "workbook, texts in their cells": (workbook([row(P1)], shared=False), QUAL),
    "workbook, days since 1900": (workbook([row(P1, date=28942)], dates=True), QUAL),
    "workbook, the number as a number": (workbook([row(P1, number=int(NUMBER))]), QUAL),
    "ODS": (spreadsheet([row(P1), row(P2)]), QUAL),
    "JSON": (js({"export": {"version": "2", "patients": [own(P1), own(P2, ins=False, status="PROV")]}}), QUAL),
    "JSON, key apart": (
        js([{"birth_name": "PAT-TROIS", "first_name": "DOMINIQUE", "first_names": ["DOMINIQUE", "MARIE-LOUISE"], "sex": "F", "birth_date": "1979-03-28", "ins": {"number": NUMBER[:13], "key": NUMBER[13:], "oid": P1.oid}}]),
        QUAL,
    ),
    "JSON, identifiers in a list": (
        js({"patient": own(P1, ins=False) | {"identifiants": [{"oid": "1.2.250.1.213.1.4.13", "valeur": P2.matricule.value}, {"oid": P1.oid, "valeur": NUMBER}]}}),
        QUAL,
    ),
    "JSON, the mother and the doctor": (
        js({"patient": own(P1) | {"mere": own(P2)}, "medecin": {"nom": "NESSI", "prenom": "RUTH"}}), QUAL,
    ),
    "JSON, the answer of INSi as it came": (js({"items": [INSI]}), QUAL),
    "JSON, the code of another commune in the address": (js(own(P1) | {"adresse": {"codeInsee": "75056"}}), QUAL),
    "the number of social security before QUAL": (
        table([["PAT-TROIS", "DOMINIQUE", "28/03/1979", NUMBER]], ["Nom de naissance", "1er prénom", "Date de naissance", "N° Sécurité sociale"]), PROV,
    ),
    "a heading above the names of the columns": (table([HEADS, row(P1)], ["Identité"] * 6 + ["INS"] * 3), QUAL),
    "nature after the number, OID with its name": (
        table([row(P1, number=f"{NUMBER} (NIR)", oid=f"{P1.oid} (INS-NIR de test)")]), QUAL,
    ),
    "JSON before QUAL": (js({"patient": own(P1, ins=False, status="PROVISOIRE")}), PROV),
    "JSON, one a line": (js(own(P1)) + b"\n" + js(own(P2)) + b"\n", QUAL),
    "XML of attributes": (f"<Patients>{attributes(P1)}{attributes(P2)}</Patients>".encode(), QUAL),
    "XML of elements": (f'<?xml version="1.0"?><liste xmlns="urn:lgo">{elements(P1)}{elements(CORSICA)}</liste>'.encode(), QUAL),
    "archive of tables": (_zip(patients_csv=table([row(P1), row(P2)])), QUAL),
    "card": (card(P1, version="4.0"), QUAL),
    "card before QUAL, with a used name": (card(P1, ins=False, name="PAT-TROIS"), PROV),
    "cards": (card(P1) + card(P2), QUAL),
}  # fmt: skip
WRONG = {
    "no OID": (table([row(P1)[:7]], HEADS[:7]), QUAL, "matricule-without-oid"),
    "one line without its OID": (table([row(P2), row(P1, oid="")]), NOBODY, "matricule-without-oid"),
    "number as a spreadsheet shows it": (table([row(P1, number="2,79035E+14")]), QUAL, "matricule-length"),
    "numbers one line too low": (table([row(P1, number=P2.matricule.value), row(P2, number=NUMBER)]), QUAL, "matricule-differs"),
    "one number twice": (table([row(P1), row(P2, number=NUMBER)]), NOBODY, "one-number-two-people"),
    "key": (table([row(P2), row(P1, number=WRONG_KEY)]), NOBODY, "matricule-key"),
    "old OID": (table([row(P1, oid="1.2.250.1.213.1.4.2")]), NOBODY, "oid-not-ins"),
    "INS beside a lower status": (table([row(P2), row(P1, status="PROV")]), NOBODY, "ins-before-qual"),
    "INS before QUAL": (table([row(P1)]), PROV, "ins-before-qual"),
    "qualified without an INS": (table([row(P2), row(P1, ins=False)]), NOBODY, "ins-missing"),
    "month first": (table([row(P1, date="03/28/1979")]), NOBODY, "birth-date"),
    "a day lost on the way": (js(own(P1, dateNaissance="1979-03-27T23:00:00Z")), QUAL, "birth-date-differs"),
    "no birth name": (workbook([row(P2), row(P1, name="")]), NOBODY, "strict-trait-missing"),
    "workbook, numbers one line too low": (workbook([row(P1, number=P2.matricule.value), row(P2, number=NUMBER)]), QUAL, "matricule-differs"),
    "workbook, key": (workbook([row(P1, number=int(WRONG_KEY))]), NOBODY, "matricule-key"),
    "ODS before QUAL": (spreadsheet([row(P1)]), PROV, "ins-before-qual"),
    "JSON, another first name": (js({"patient": own(P1, premierPrenom="RUTH")}), QUAL, "first-name-differs"),
    "JSON, another sex": (js(own(P1, sexe="1")), QUAL, "sex-differs"),
    "JSON, number without an OID": (js({"patient": own(P1, ins=False) | {"ins": int(NUMBER)}}), NOBODY, "matricule-without-oid"),
    "JSON, status of another": (js({"patients": [own(P1), own(P2, status="VALIDEE")]}), NOBODY, "ins-before-qual"),
    "JSON, the answer of INSi with another key": (
        js(INSI | {"insActif": {"idIndividu": {"numIdentifiant": NUMBER[:13], "cle": "88"}, "oid": P1.oid}}), NOBODY, "matricule-key",
    ),
    "the number of social security, and the INS in a note": (
        table([["PAT-TROIS", "DOMINIQUE", "28/03/1979", NUMBER, f"INS {NUMBER}"]], ["Nom de naissance", "1er prénom", "Date de naissance", "N° SS", "Note"]), PROV, "matricule-leaks",
    ),
    "XML, another name": (f"<a>{elements(P1, nom_naissance='NESSI')}</a>".encode(), QUAL, "birth-name-differs"),
    "XML of attributes, one number twice": (f"<a>{attributes(P1)}{attributes(P2, MatriculeINS=NUMBER)}</a>".encode(), NOBODY, "one-number-two-people"),
    "nature of the other kind after the number": (table([row(P1, number=f"{NUMBER} NIA")]), QUAL, "nature-differs"),
    "archive of tables": (_zip(a_csv=table([row(P1, number=WRONG_KEY)])), NOBODY, "matricule-key"),
    "card, number in a note": (card(P1, ins=False, more=[f"NOTE:INS {NUMBER}"]), PROV, "matricule-leaks"),
    "card, other OID": (card(P1).replace(P1.oid.encode(), b"1.2.250.1.213.1.4.5"), QUAL, "oid-not-ins"),
}  # fmt: skip
TO_LOOK_AT = {
    "no column for the name": (
        table([row(P1)[1:], row(P2)[1:]], HEADS[1:]),
        QUAL,
        "strict-trait-without-place",
    ),
    "accents": (table([row(P1, name="Pat-Troïs")]), QUAL, "name-accents"),
    "card of another name": (card(P1, name="NESSI"), QUAL, "plain-name-differs"),
    "names of which the table does not say more": (
        table(
            [["PAT-TROIS", "Dominique", "28/03/1979"], ["NESSI", "Ruth", "14/07/1977"]],
            ["Nom", "Prénom", "Date naissance"],
        ),
        QUAL,
        "ins-not-told",
    ),
    "the person is not in it": (table([row(P2), row(CORSICA)]), QUAL, "person-not-in-export"),
    "a table of something else beside": (
        _zip(a_csv=table([row(P1), row(P2)]), actes_csv=b"date;acte\r\n1;2\r\n"),
        QUAL,
        "format-unknown",
    ),
    "sex not known before QUAL": (
        table([row(P1, ins=False, status="PROV", sex="I")]),
        PROV,
        "trait-unknown-before-qual",
    ),
    "letters spoilt": (
        table([row(P1, first="DOMINIQUE")], after="Dr L\u00c3\u00a9a;\r\n"),
        QUAL,
        "letters-spoilt",
    ),
}


def _codes(data, expected, severity):
    return {
        one.code for one in check(data, expected, name="file") if severity is None or one.severity is severity
    }


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_file_has_no_problem(case):
    data, expected = RIGHT[case]
    assert read_document(data).format is Format.EXPORT
    assert _codes(data, expected, None) == set()


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_fails_by_the_name_of_what_is_wrong(case):
    data, expected, code = WRONG[case]
    assert code in _codes(data, expected, Severity.FAIL)


@pytest.mark.parametrize("case", TO_LOOK_AT)
def test_what_is_not_plain_is_for_somebody_to_look_at(case):
    data, expected, code = TO_LOOK_AT[case]
    assert _codes(data, expected, None) == {code}
    assert not _codes(data, expected, Severity.FAIL)


@pytest.mark.parametrize(
    "data",
    [
        b"date;produit;quantite\r\n2026-06-01;3400930000000;2\r\n2026-06-02;3400930000001;1\r\n",
        js({"nom": "PHARMACIE", "sexe": "M"}),
        b"<config><nom>x</nom></config>",
        _zip(a_txt=b"bonjour"),
        b"[" * 5000,
        b"<a>" * 3000,
        b";" * 100_000,
    ],
)
def test_what_tells_nobody_is_no_export(data):
    document = read_document(data)
    assert document.format is not Format.EXPORT
    assert "bench-error" not in {one.code for one in document.problems}


def test_a_workbook_of_something_else_was_not_judged():
    checked = check(workbook([["a", "b"]], ["x", "y"]))
    assert [(one.code, one.unjudged) for one in checked] == [("format-unknown", True)]


def test_a_workbook_that_swells_was_not_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/sharedStrings.xml", b"0" * 8_000_000)
    limits = Limits(ratio=100)
    assert [(one.code, one.unjudged) for one in check(out.getvalue(), limits=limits)] == [("zip-bomb", True)]


def test_what_is_attached_to_something_else_is_about_anybody():
    archive = xdm(P1, {}, extra=[("IHE_XDM/SUBSET01/pharmacien.vcf", card(P2))])
    assert all(one.format is not Format.EXPORT for one in read_document(archive).walk())


def test_fhir_stays_fhir():
    assert read_document(as_json(patient(P1))).format is Format.FHIR
    assert read_document(b'{"resourceType": "Basic", "nomNaissance": "A"}').format is Format.FHIR


@pytest.mark.parametrize(
    ("label", "within", "told"),
    [
        ("NOM_NAISSANCE", "", Tells.BIRTH_NAME), ("nomDeNaissance", "", Tells.BIRTH_NAME), ("Nom", "", Tells.PLAIN_NAME),
        ("Nom utilisé", "", Tells.USED_NAME), ("prenom_usage", "", Tells.USED_FIRST_NAME), ("Prénom(s) de naissance", "", Tells.FIRST_NAMES),
        ("1er prénom", "", Tells.FIRST_NAME), ("DDN", "", Tells.BIRTH_DATE), ("Date de création", "", None), ("valeur", "patient/ins", Tells.MATRICULE),
        ("Matricule INS", "", Tells.MATRICULE), ("INS qualifiée", "", None), ("Code postal naissance", "", None), ("NIR", "", Tells.BILLING),
        ("Statut de l'INS", "", Tells.STATUS), ("OID INS", "", Tells.OID), ("Nom de naissance de la mère", "", None), ("Ville de naissance", "", None),
        ("Code INSEE", "", Tells.BIRTH_PLACE), ("Code INSEE adresse", "", None), ("cle", "ins", Tells.KEY), ("clé", "", None),
    ],
)  # fmt: skip
def test_a_column_is_known_by_its_words(label, within, told):
    assert tells(label, within) is told


def test_everybody_of_a_long_table_is_read():
    people = [
        row(P1),
        *([row(P2, ins=False, status="PROV", name=f"NESSI {chr(65 + at % 26)}") for at in range(300)]),
    ]
    assert len(read_document(table(people)).records) == 301
    assert first_name(P1) == "DOMINIQUE"
