"""Whom and what XDS metadata tell besides the patient: people named under the OID of an INS, and the kind of the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import NAMES, Place, PlaceKind, Trait
from conformance.documents.xmltree import descend, path_of, text_of
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_PERSON: Final = re.compile(
    r"([0-9][0-9A-Za-z ]{12,24})\^([^\^|]*)\^([^\^|]*)\^[^|]*&(1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11))&"
)
"""XCN: number, name, given name, and the OID in XCN-9.2 (documents notes A8.5)."""
_NOTE: Final = "87273-9"
_HEAD: Final = 20_000
_CODE: Final = re.compile(rb"<(?:\w+:)?code\b[^<>]*?\bcode\s*=\s*[\"']([^\"']{1,40})[\"']")
_DOCUMENT: Final = re.compile(rb"<(?:\w+:)?ClinicalDocument\b")


def people(root: etree._Element, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the authors and signers that hold the INS of another person than the patient.

    The patient may be the author of a document; a copy left over from the one before names somebody else.

    Args:
        root: the metadata.
        records: what they tell of the patient.
        reading: where they were read.
    """
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    named = {
        tuple(comparison_key(one.normal) for one in (family, given))
        for record in records
        if (family := record.first(Trait.BIRTH_NAME)) and (given := record.first(Trait.FIRST_NAME))
    }
    words = {
        comparison_key(value.normal) for record in records for trait in NAMES for value in record.of(trait)
    }
    if not known:
        return
    for value in descend(root, "Value"):
        match = _PERSON.match(text_of(value).strip())
        if match is None:
            continue
        place = Place(kind=PlaceKind.XPATH, file=reading.name, path=path_of(value))
        own = next((one for one in known if one.normal == match[1]), None)
        if own is not None:
            if words and match[2] and match[3] and not set(map(comparison_key, match.group(2, 3))) & words:
                text = Text(
                    "une personne d’un autre nom porte le matricule du patient",
                    "a person of another name bears the matricule of the patient",
                )
                # The patient may be the author, under names in use that the metadata do not give.
                yield inferred(
                    "xds-person-of-another", text, "F13", "TRA-05", at=(Quote(place, match[0]), own)
                )
            continue
        if (comparison_key(match[2]), comparison_key(match[3])) in named:
            text = Text(
                "cette personne a le nom et le prénom du patient et un autre matricule",
                "this person has the name and the given name of the patient and another matricule",
            )
            yield official(
                "xds-person-of-another", text, "F13", "TRA-05", at=(Quote(place, match[0]), known[0])
            )
        else:
            text = Text(
                "l’INS d’une autre personne que le patient dans les métadonnées : à regarder",
                "the INS of another person than the patient in the metadata: to be looked at",
            )
            yield inferred("xds-person-ins", text, "F13", at=(Quote(place, match[0]),))


def check_type(type_code: str, data: bytes, place: Place) -> Iterator[Problem]:
    """Hold the kind of a document (``typeCode``) against the code of the CDA that it describes."""
    head = data[:_HEAD]
    start = _DOCUMENT.search(head)
    code = _CODE.search(head, start.end()) if start else None
    if not type_code or code is None:
        return
    told = code[1].decode("utf-8", errors="replace")
    if told == type_code:
        return
    text = Text(
        f"typeCode {told} attendu, comme le code du CDA, « {type_code} » trouvé",
        f"expected the typeCode {told}, as the code of the CDA, got {type_code!r}",
    )
    make = official if _NOTE in {told, type_code} else inferred
    yield make("xds-type-code", text, "DOC-09", "TRA-05", at=(Quote(place, type_code),))
