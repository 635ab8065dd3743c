"""CDA R2 of what arrives: the header of ins-formats §2 and a narrative (level 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from conformance.suite.incoming.letter import (
    FINDING,
    HOME,
    RELATIVE,
    RELATIVE_INS,
    SENDER_DOMAIN,
    STAMP,
    Act,
    compact,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.incoming.letter import Letter

CODE: Final = "11502-2"
"""LOINC of a laboratory report."""
_LOINC: Final = "2.16.840.1.113883.6.1"


def write(letter: Letter) -> bytes:
    """Return the document."""
    related = ""
    if letter.act is not Act.NEW:
        related = f'<relatedDocument typeCode="RPLC"><parentDocument><id root={quoteattr(letter.former)}/></parentDocument></relatedDocument>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">'
        '<realmCode code="FR"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        f'<templateId root="1.2.250.1.213.1.1.1.1"/><id root="{letter.document_id}"/>'
        f'<code code="{CODE}" codeSystem="{_LOINC}" displayName="CR d\'examens biologiques"/>'
        f'<title>{escape(letter.title)}</title><effectiveTime value="{STAMP}+0000"/>'
        '<confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/>'
        f"<recordTarget><patientRole>{''.join(_ids(letter))}{_home()}{_patient(letter)}</patientRole></recordTarget>"
        f'<author><time value="{STAMP}+0000"/><assignedAuthor><id root="1.2.250.1.71.4.2.1" extension="899700000001"/>'
        "<assignedPerson><name><family>VOISIN</family><given>BIOLOGISTE</given></name></assignedPerson></assignedAuthor></author>"
        f'<custodian><assignedCustodian><representedCustodianOrganization><id root="{SENDER_DOMAIN}" extension="LABO"/>'
        "<name>Laboratoire voisin</name></representedCustodianOrganization></assignedCustodian></custodian>"
        f"{_to_warn()}{related}<component><structuredBody><component><section><code code={quoteattr(CODE)} codeSystem={quoteattr(_LOINC)}/>"
        f"<title>{escape(letter.title)}</title><text>{FINDING}</text></section></component></structuredBody></component>"
        "</ClinicalDocument>"
    ).encode()


def _ids(letter: Letter) -> Iterator[str]:
    one = letter.identity
    if one.matricule or one.oid:
        extension = f" extension={quoteattr(one.matricule)}" if one.matricule else ""
        yield f"<id root={quoteattr(one.oid or '')}{extension}/>"
    for root, extension in ((letter.local_domain, letter.local_id), *letter.other_ids):
        yield f"<id root={quoteattr(root)} extension={quoteattr(extension)}/>"


def _patient(letter: Letter) -> str:
    one = letter.identity
    names = "".join(
        f"<{element}{qualifier}>{escape(text)}</{element}>"
        for element, qualifier, text in (
            ("family", ' qualifier="CL"', letter.used_name),
            ("given", ' qualifier="CL"', letter.used_first_name),
            ("family", ' qualifier="BR"', one.birth_name),
            ("given", "", one.first_names),
            ("given", ' qualifier="BR"', one.first_name),
        )
        if text
    )
    sex = (
        f'<administrativeGenderCode code={quoteattr(one.sex)} codeSystem="2.16.840.1.113883.5.1"/>'
        if one.sex
        else ""
    )
    born = f"<birthTime value={quoteattr(compact(one.birth_date))}/>" if one.birth_date else ""
    place = (
        f"<birthplace><place><addr><county>{escape(one.birth_place)}</county></addr></place></birthplace>"
        if one.birth_place
        else ""
    )
    return f"<patient><name>{names}</name>{sex}{born}{_guardian(letter)}{place}</patient>"


def _home() -> str:
    """Return where the patient lives, with a code of a town too, which is no place of birth."""
    street, postal, town, insee = HOME
    return (
        f"<addr use='HP'><streetAddressLine>{street}</streetAddressLine><postalCode>{postal}</postalCode>"
        f"<city>{town}</city><county>{insee}</county></addr>"
    )


def _relative() -> str:
    family, given = RELATIVE
    return f"<name><family>{family}</family><given>{given}</given></name>"


def _guardian(letter: Letter) -> str:
    number, oid = RELATIVE_INS
    known = "" if letter.identity.matricule else f'<id root="{oid}" extension="{number}"/>'
    return f"<guardian>{known}<guardianPerson>{_relative()}</guardianPerson></guardian>"


def _to_warn() -> str:
    """Return whom to warn: a person of the header who is not the patient."""
    person = f"<associatedPerson>{_relative()}</associatedPerson>"
    return f'<participant typeCode="IND"><associatedEntity classCode="ECON">{person}</associatedEntity></participant>'
