"""An INS in the header of a CDA elsewhere than under ``recordTarget``: of an informant, an author, a participant, a subject.

Software copies a patient into several roles of a header (patient as author or informant). A copy left over from the
document before names another number under the same name: two numbers for one person (documents notes F13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.cda.body import place_of
from conformance.documents.page.labels import plain
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import INS_OIDS, Trait
from conformance.documents.values import pretty
from conformance.documents.xmltree import children, descend, local, text_of
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Value

_PATIENT: Final = "patientRole"


_PROFESSIONALS: Final = frozenset({"legalAuthenticator", "authenticator", "performer", "responsibleParty"})
"""What only a professional does."""
_SEXES: Final = {
    "f": "F",
    "feminin": "F",
    "femme": "F",
    "female": "F",
    "m": "M",
    "masculin": "M",
    "homme": "M",
    "male": "M",
}


def shown_sex(document: etree._Element, reading: Reading) -> Iterator[Problem]:
    """Yield a sex whose words contradict its code: the one is shown, the other is compared."""
    for one in descend(document, "administrativeGenderCode"):
        told = _SEXES.get(plain(one.get("displayName", "").strip()))
        if told and one.get("code") in {"F", "M"} and one.get("code") != told:
            text = Text(
                f"code {one.get('code')} et libellé « {one.get('displayName')} » se contredisent",
                f"the code {one.get('code')} and its display name {one.get('displayName')!r} contradict each other",
            )
            at = Quote(place_of(one, reading, "displayName"), one.get("displayName", ""))
            yield official("sex-display-contradicts", text, "F13", "TRA-03", at=(at,))


def others(
    document: etree._Element, records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Yield what contradicts the patient of a CDA in the other roles of its header.

    Args:
        document: ``ClinicalDocument``.
        records: its patients.
        reading: where it was read.
    """
    numbers = [value for record in records for value in record.of(Trait.MATRICULE)]
    oids = [value for record in records for value in record.of(Trait.OID)]
    if not numbers:
        return
    named = {
        _key(value.normal)
        for record in records
        for value in _names(record, Trait.BIRTH_NAME, Trait.USED_NAME)
    }
    given = {
        _key(value.normal)
        for record in records
        for value in _names(record, Trait.FIRST_NAME, Trait.USED_FIRST_NAME)
    }
    yield from _written_by(document, records, named, given, reading)
    for one in descend(document, "id"):
        root, extension, role = one.get("root", ""), one.get("extension", ""), one.getparent()
        if root not in INS_OIDS or not extension or role is None or local(role) == _PATIENT:
            continue
        at = Quote(place_of(one, reading, "extension"), extension)
        if any(value.normal == extension for value in numbers):
            if all(value.normal != root for value in oids):
                text = Text(
                    "l’INS du patient est répété dans l’en-tête sous un autre OID : matricule et OID vont ensemble",
                    "the INS of the patient is repeated in the header under another OID: the two go together",
                )
                yield official(
                    "cda-role-oid",
                    text,
                    "F13",
                    "TRA-03",
                    at=(Quote(place_of(one, reading, "root"), root), oids[0]),
                )
            yield from _in_their_name(role, named, given, at, reading)
            continue
        if _named(role, "family") & named and _named(role, "given") & given:
            text = Text(
                "la personne de ce rôle a le nom et le prénom du patient et un autre matricule",
                "the person of this role has the name and the given name of the patient and another matricule",
            )
            yield official("cda-role-of-another", text, "F13", "TRA-03", at=(at, numbers[0]))
        else:
            text = Text(
                "l’INS d’une autre personne que le patient dans l’en-tête : à regarder",
                "the INS of another person than the patient in the header: to be looked at",
            )
            yield inferred("cda-role-ins", text, "F13", at=(at,))


def _in_their_name(
    role: etree._Element, named: set[str], given: set[str], at: Quote, reading: Reading
) -> Iterator[Problem]:
    """Look at a role that bears the INS of the patient: under another name, or of who signs or does something for them."""
    families, firsts = _named(role, "family"), _named(role, "given")
    within = role.getparent()
    signs = local(role) == "assignedEntity" and within is not None and local(within) in _PROFESSIONALS
    if families and firsts and not families & named and not firsts & given:
        text = Text(
            "une personne d’un autre nom porte le matricule du patient dans l’en-tête",
            "a person of another name bears the matricule of the patient in the header",
        )
        # A patient may be the author, under names in use that the header does not give.
        make = official if signs else inferred
        yield make("cda-role-of-another", text, "F13", "TRA-03", at=(at, place_of(role, reading)))
    elif signs:
        text = Text(
            "le signataire ou l’exécutant est identifié par l’INS du patient : à regarder",
            "who signs or performs is identified by the INS of the patient: to be looked at",
        )
        yield inferred("cda-professional-is-patient", text, "F13", "TRA-03", at=(at,))


def _written_by(
    document: etree._Element,
    records: Sequence[IdentityRecord],
    named: set[str],
    given: set[str],
    reading: Reading,
) -> Iterator[Problem]:
    """Look at an author or a signer who has the name and the given name of the patient, under an identifier of their own."""
    numbers = {value.normal for record in records for value in record.of(Trait.MATRICULE)}
    for role in [*descend(document, "assignedAuthor"), *descend(document, "assignedEntity")]:
        ids = {one.get("extension", "") for one in children(role, "id")}
        if ids and not ids & numbers and _named(role, "family") & named and _named(role, "given") & given:
            text = Text(
                "l’auteur ou le signataire a le nom et le prénom du patient, sous un autre identifiant : à regarder",
                "the author or the signer has the name and the given name of the patient, under another identifier: to be looked at",
            )
            if not any(one.get("root", "") in INS_OIDS for one in children(role, "id")):
                yield inferred("cda-author-is-patient", text, "F13", "TRA-03", at=(place_of(role, reading),))


def _names(record: IdentityRecord, *traits: Trait) -> Iterator[Value]:
    for trait in traits:
        yield from record.of(trait)


def _named(role: etree._Element, name: str) -> set[str]:
    return {_key(pretty(text_of(one))) for one in descend(role, name)}


def _key(name: str) -> str:
    return comparison_key(name)
