"""TRA-20: the data export, whatever its format."""

from __future__ import annotations

import html
import io
import re
import zipfile
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents import Severity, read_document
from conformance.documents.checking import patients
from conformance.documents.comparing import loosely_same
from conformance.documents.numbers import compact
from conformance.documents.packed import unpacked
from conformance.documents.page.running_text import decoded_text
from conformance.documents.record import Format, Trait
from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, ATTRIBUTES, FROM_INSI
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import Artefact, Subject, expect_right, expected_of, owners
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.brought import UNUSED, USED
from conformance.suite.journeys.pasts import changed_once_qualified, fed_first, from_app, with_own_card
from conformance.suite.journeys.renumbered import renumbered
from conformance.suite.transmission.rows import mixed_rows
from conformance.suite.transmission.third_sex import expect_not_guessed, of_third_sex
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.ins.traits import comparison_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.record import IdentityRecord
    from conformance.drivers.partners import Document
    from conformance.suite.desk.steps import Desk

_READ: Final = frozenset({Format.FHIR, Format.HL7V2, Format.CDA, Format.EXPORT})
_LARGEST: Final = 50 * 1024 * 1024
_QUALIFIED: Final = (
    "plain",
    "waiting-number-four-first-names",
    "double-hyphen-abroad-summer",
    "one-former-number-corsica-2a",
    "hyphens-leading-zero-29-february",
    "child-several-separators",
)
_DOUBLE: Final = "one-former-number-corsica-2a"
_COMPOUND: Final = "waiting-number-four-first-names"
_CARRIED: Final = "plain"
"""To whose file a card is attached: the billing number on it is nobody's INS."""
_ARRIVED: Final = "hyphens-leading-zero-29-february"
"""Whose file INSi makes, where it can: it is qualified as one that was typed."""
_OTHERS: Final = (Route.TYPED, Route.IMPORTED, Route.ARRIVED, Route.CHECKED)


@pytest.mark.rule("TRA-20")
@pytest.mark.title(
    fr="L'export contient matricule, OID et traits de chaque identité qualifiée, et l'INS d'aucune autre",
    en="The export holds matricule, OID and traits of each identité qualifiée, and the INS of no other",
)
def test_export(desk: Desk) -> None:
    subjects = [_subject(desk, key, Route.IMPORTED_CHECKED) for key in _QUALIFIED]
    for route in _OTHERS:
        with desk.if_offered(route.apart or FROM_INSI):
            subjects.append(_subject(desk, "apostrophe-1912", route))
    subjects.append(_subject(desk, "short-names-new-year", Route.CHECKED_IMPORTED, is_homonym=True))
    with desk.if_offered(APP):
        subjects.append(from_app(desk))
    doubted = _subject(desk, "particle-corsica-2b", Route.IMPORTED_CHECKED)
    # Kept from an export made before, the former number and name would leave.
    if (renewed := renumbered(desk, lambda own, _: own.lgo.export_patients(actor=own.user))) is not None:
        subjects.append(renewed)
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        desk.lgo.set_attributes(doubted.patient.id, frozenset({Attribute.DOUTEUSE}), actor=desk.user)
        subjects.append(replace(doubted, key="doubtful", patient=desk.read(doubted.patient)))
    undetermined = of_third_sex(desk)
    documents = desk.lgo.export_patients(actor=desk.user)
    if not documents:
        raise UndecidedError(
            "l'export ne contient aucun fichier", "the export holds no file", verdict=Verdict.NOT_TESTED
        )
    _expect_same_for_colleague(desk, subjects)
    texts = list(_texts(documents))
    text = "\n".join(texts)
    # Quotes, commas and tags are those of the format.
    words = re.sub(r"[^\w'’-]+", " ", text)
    packed, key = compact(text), f" {comparison_key(words)} "
    for subject in subjects:
        identity = subject.person.identity
        number, oid = identity.matricule.value, str(identity.oid)
        if not subject.is_qualified:
            expect(
                number not in packed and number not in text,
                fr=f"[{subject.key}] le matricule {number} est exporté alors que l'identité n'est pas qualifiée",
                en=f"[{subject.key}] the matricule {number} is exported although the identity is not qualified",
            )
            continue
        expect(
            number in packed,
            fr=f"[{subject.key}] le matricule {number} n'est pas dans l'export",
            en=f"[{subject.key}] the matricule {number} is not in the export",
        )
        expect(
            oid in text,
            fr=f"[{subject.key}] l'OID {oid} n'est pas dans l'export",
            en=f"[{subject.key}] the OID {oid} is not in the export",
        )
        for value in (identity.traits.birth_name, identity.traits.first_names):
            expect(
                f" {comparison_key(value)} " in key,
                fr=f"[{subject.key}] « {value} » n'est pas dans l'export",
                en=f"[{subject.key}] “{value}” is not in the export",
            )
    for own, trait, other in mixed_rows(texts, [subject.person.identity for subject in subjects]):
        raise Departure(
            f"la ligne du matricule {own.matricule.value} porte un autre patient ({trait.text.fr} de {other.traits.birth_name})",
            f"the line of the matricule {own.matricule.value} bears another patient ({trait.text.en} of {other.traits.birth_name})",
        )
    _expect_paired(subjects, documents)
    if undetermined is not None:
        read = (read_document(one.content, one.name) for one in documents)
        expect_not_guessed(
            undetermined, (record for one in read if one.format in _READ for record in patients(one))
        )


def _expect_same_for_colleague(desk: Desk, subjects: Sequence[Subject]) -> None:
    """Check whose INS is in the export of the super-user: it depends on the identities, not on who is at the desk."""
    with suppress(RefusedError):
        text = "\n".join(_texts(desk.lgo.export_patients(actor=desk.super_user)))
        packed = compact(text)
        for subject in subjects:
            number, oid = subject.person.identity.matricule.value, str(subject.person.identity.oid)
            expect(
                oid in text or not subject.is_qualified or number not in packed,
                fr=f"[{subject.key}] dans l'export du super-utilisateur, le matricule {number} est sans son OID {oid}",
                en=f"[{subject.key}] in the export of the super-user, the matricule {number} is without its OID {oid}",
            )
            expect(
                (number in packed) is subject.is_qualified,
                fr=f"[{subject.key}] dans l'export du super-utilisateur, le matricule {number} "
                + ("manque" if subject.is_qualified else "figure alors que l'identité n'est pas qualifiée"),
                en=f"[{subject.key}] in the export of the super-user, the matricule {number} is "
                + ("missing" if subject.is_qualified else "there although the identity is not qualified"),
                # Who may see the INS in an export is the site's to say.
                inferred=subject.is_qualified,
            )


def _subject(desk: Desk, key: str, route: Route, *, is_homonym: bool = False) -> Subject:
    person = desk.play(PARTS[key])
    if key == _DOUBLE and route.status is Status.QUAL:
        # Another file of the same name and day, born elsewhere and never fed: no reason to leave one of them out.
        with suppress(RefusedError):
            desk.lgo.create_patient(typed(person, birth_place="99127"), actor=desk.user)
    others: dict[str, str | None] = (
        {} if key in UNUSED else {"used_name": USED[0], "used_first_name": USED[1]}
    )
    if not PARTS[key].typed_list and route.status is Status.QUAL:
        others["first_names"] = None
    if key == _ARRIVED and route.status is Status.QUAL:
        patient = desk.check_document(fed_first(desk, person, Route.ARRIVED, **others))
    else:
        patient = desk.bring(person, route, **others)
    if key == _CARRIED:
        patient = with_own_card(desk, person, patient)
    if key == _COMPOUND and route.status is Status.QUAL:
        firsts = " ".join(person.identity.traits.first_names.split()[:2])
        patient = changed_once_qualified(desk, patient, {"first_name": firsts})
    if is_homonym:
        with preparing("poser l'attribut homonyme", "set the attribute homonym", depends_on=("ATT-01",)):
            set_attributes(desk, patient, {Attribute.HOMONYME})
        patient = desk.read(patient)
    return Subject(key=f"{key}, {patient.status}", person=person, patient=patient)


def _expect_paired(subjects: Sequence[Subject], documents: Sequence[Document]) -> None:
    """Where the bench knows the format, look at each patient in it: number and OID that go together, traits of INSi."""
    found = [
        (
            subject,
            Artefact(
                label="export", document=document, expected=expected_of(subject.person, subject.patient)
            ),
        )
        for document in documents
        for subject in subjects
    ]
    found = [
        one
        for one in found
        if one[1].read.format in _READ and any(_tells(record, one[0]) for record in patients(one[1].read))
    ]
    if found:
        keys = {"TRA-01", "TRA-02", "TRA-03", "TRA-04", "TRA-06", "TRA-20"}
        # What a number tells of its holder is that of everybody in the export, whoever is looked for.
        expect_right(
            found,
            lambda problem, artefact: (
                "F14" not in problem.rules
                and bool(keys & owners(problem, artefact))
                # Columns are known by their names alone: what is not plain there is for nobody to look at.
                and (artefact.read.format is not Format.EXPORT or problem.severity is Severity.FAIL)
            ),
        )


def _tells(record: IdentityRecord, subject: Subject) -> bool:
    """Tell whether a record is that of a subject: by its number, or by its name and its birth date."""
    identity = subject.person.identity
    named = any(
        loosely_same(Trait.BIRTH_NAME, value.normal, identity.traits.birth_name)
        for value in record.of(Trait.BIRTH_NAME)
    )
    dated = any(value.normal == identity.traits.birth_date for value in record.of(Trait.BIRTH_DATE))
    return (named and dated) or any(
        value.normal == identity.matricule.value for value in record.of(Trait.MATRICULE)
    )


def _texts(documents: Sequence[Document]) -> Iterator[str]:
    """Yield the text of each file, and of those in an archive."""
    for document in documents:
        if not document.content.startswith(b"PK\x03\x04"):
            yield _told(unpacked(document.content, _LARGEST) or document.content)
            continue
        with zipfile.ZipFile(io.BytesIO(document.content)) as archive:
            left = _LARGEST
            for info in archive.infolist():
                with archive.open(info) as file:
                    content = file.read(left)
                left -= len(content)
                yield _told(content)
                if left <= 0:
                    return


def _told(content: bytes) -> str:
    """Return the text of a file: the cells of a data base, the signs that markup stands for."""
    if b"\0" in content[:1000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        read = read_document(content)
        return read.text if read.format is Format.EXPORT else decoded_text(content)
    text = decoded_text(content)
    return f"{text}\n{html.unescape(text)}" if text.lstrip("\ufeff \r\n").startswith("<") else text
