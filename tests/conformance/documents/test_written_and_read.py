"""Whatever the identity: written in a format, read, the record is the same; and no right document has a failure."""

from __future__ import annotations

import datetime as dt

import pytest
from foreign_cda import document as cda_document
from foreign_cda import header, utf8
from foreign_fhir import js, patient, xml
from foreign_hl7 import message, msh, pid
from foreign_lots import packed, plain
from foreign_symbols import blocks
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from papers import right
from people import person
from sendings import mail

from conformance.documents import Expected, Severity, Status, Trait, check_document, read_document
from conformance.documents.record import Format
from simulator.ins import Matricule
from simulator.ins.oid import InsOid

WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12)
SURNAME = st.builds(lambda words, marks: "".join(w + m for w, m in zip(words, [*marks, ""], strict=False)), st.lists(WORD, min_size=2, max_size=4), st.lists(st.sampled_from([" ", "-", "'", "--"]), min_size=3, max_size=3)) | WORD  # fmt: skip
SURNAMES = SURNAME.filter(lambda name: name[-1] not in " -'")
GIVEN = st.builds("-".join, st.lists(WORD, min_size=1, max_size=2))
PLACES = st.sampled_from(["51215", "75101", "2A004", "2B033", "97411", "98735", "99352", "99109", "13055"])


@st.composite
def identities(draw):
    sex = draw(st.sampled_from("FM"))
    date = draw(st.dates(dt.date(1900, 1, 1), dt.date(2026, 6, 1)))
    place = draw(PLACES)
    number = f"{'2' if sex == 'F' else '1'}{date:%y%m}{place}{draw(st.integers(1, 990)):03d}"
    names = " ".join(draw(st.lists(GIVEN, min_size=1, max_size=4)))
    return person(
        draw(SURNAMES),
        names,
        sex,
        date.isoformat(),
        place,
        Matricule.from_number(number).value,
        str(draw(st.sampled_from(list(InsOid)))),
    )


WRITERS = {
    "CDA": utf8,
    "CDA in UTF-16": lambda who: cda_document(header(who), declaration='<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
    "HL7 v2": lambda who: message(pid(who)),
    "HL7 v2 with other separators": lambda who: message(pid(who)).replace(b"|", b"#").replace(b"^", b"*"),
    "HL7 v2 in latin-1": lambda who: message(pid(who), head=msh(charset="8859/1"), encoding="latin-1"),
    "FHIR": lambda who: js(patient(who)),
    "FHIR in XML": xml,
    "Datamatrix": lambda who: blocks(who).encode(),
}  # fmt: skip
PRINTED = {"page": right, "mail": lambda who: mail(who, packed(who), right(who))}
WITH_METADATA = {"archive": packed, "submission": plain}
COMPARED = (
    Trait.MATRICULE,
    Trait.OID,
    Trait.BIRTH_NAME,
    Trait.FIRST_NAMES,
    Trait.SEX,
    Trait.BIRTH_DATE,
    Trait.BIRTH_PLACE,
)

SHOWN = (Trait.MATRICULE, Trait.BIRTH_NAME, Trait.SEX, Trait.BIRTH_DATE)
"""What a page tells to the letter: a list of given names may go on below."""


def _failures(document, who):
    problems = check_document(document, Expected(identity=who, status=Status.QUAL)).problems
    return [one.line("en") for one in problems if one.severity is Severity.FAIL or one.unjudged]


def _told(document):
    """Return what a document and all those inside it say of each trait: the traits of the source too."""
    records = [record for one in document.walk() for record in one.records]
    return {trait: {value.normal for record in records for value in record.of(trait)} for trait in COMPARED}


@pytest.mark.parametrize("how", WRITERS)
@limits(max_examples=25, deadline=None)
@given(who=identities())
def test_what_is_written_is_read(how, who):
    document = read_document(WRITERS[how](who))
    (record,) = document.records
    expected = Expected(identity=who)
    read = {trait: {value.normal for value in record.of(trait)} for trait in COMPARED}
    assert read == {trait: {expected.of(trait)} for trait in COMPARED}
    assert _failures(document, who) == []


@pytest.mark.parametrize("how", WITH_METADATA)
@limits(max_examples=8, deadline=None)
@given(who=identities())
def test_what_is_sent_is_read(how, who):
    document = read_document(WITH_METADATA[how](who))
    assert _told(document) == {trait: {Expected(identity=who).of(trait)} for trait in COMPARED}
    assert _failures(document, who) == []


@pytest.mark.parametrize("how", PRINTED)
@limits(max_examples=6, deadline=None)
@given(who=identities())
def test_what_is_printed_and_mailed_is_read(how, who):
    document = read_document(PRINTED[how](who))
    pages = [one for one in document.walk() if one.format is Format.PDF]
    symbols = [one for page in pages for one in page.walk() if one.format is Format.DATAMATRIX]
    assert len(pages) == len(symbols) == 1
    expected = Expected(identity=who)
    written = [one for one in document.walk() if one.format in {Format.CDA, Format.XDM, Format.MAIL}]
    for one in written:
        told = {
            trait: values
            for trait, values in _told(one).items()
            if trait not in {Trait.FIRST_NAMES, Trait.BIRTH_NAME}
        }
        assert all(values == {expected.of(trait)} for trait, values in told.items())
    for one, traits in ((pages[0], SHOWN), (symbols[0], COMPARED)):
        read = {trait: {value.normal for value in one.records[0].of(trait)} for trait in traits}
        assert read == {trait: {expected.of(trait)} for trait in traits}
    assert _failures(document, who) == []


@pytest.mark.slow
@pytest.mark.parametrize("how", WRITERS)
@limits(max_examples=15, deadline=None)
@given(who=identities(), other=identities())
def test_the_document_of_another_always_fails(how, who, other):
    document = read_document(WRITERS[how](other))
    if who.matricule != other.matricule:
        assert any("matricule-differs" in one for one in _failures(document, who))
