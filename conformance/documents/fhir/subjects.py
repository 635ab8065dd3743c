"""Whom the resources of a bundle are about: a reference by identifier names the INS of a Patient that is there.

A reference such as ``Patient?identifier=urn:oid:<OID>|<matricule>`` (PDSm, MHD; documents notes §A3) or a logical one is read by
software that never looks at the Patient beside it: when they differ, the document goes to somebody else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.fhir.tree import objects, string, walk
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import INS_OIDS, NAMES, PlaceKind, Trait
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.context import Reading
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_SUBJECTS: Final = ("subject", "patient", "beneficiary", "for")
_PEOPLE: Final = frozenset({"RelatedPerson", "Person", "Practitioner"})
"""Resources about people who are not the Patient, or who are them in another role."""
_FEWEST: Final = 2
"""Words of a display that names somebody: a title and a name, a name and a given name."""
_PATIENT: Final = re.compile(r"Patient|^(?:urn:|#)")
"""A reference by URN or to what is contained says no type: where a Patient may stand one stands nearly always."""
_SEARCH: Final = re.compile(
    r"\bPatient\?(?:.{0,500}&)?identifier=(?:urn:oid:)?([\d.]+)(?:\||%7C)([0-9A-Za-z]+)", re.IGNORECASE
)


_ASKED: Final = re.compile(
    r"identifier=(?:urn:oid:)?([\d.]{5,40})(?:\||%7C)([0-9A-Za-z]{1,40})", re.IGNORECASE
)
"""The identifier by which a request of a transaction looks for a resource."""
_LONGEST: Final = 1_000


def of_another(resource: Any, records: Sequence[IdentityRecord], reading: Reading) -> Iterator[Problem]:
    """Yield the references to an INS that no Patient of the same file has, when one of them has an INS.

    Args:
        resource: the file, decoded.
        records: its patients.
        reading: where it was read.
    """
    oids = [value for record in records for value in record.of(Trait.OID)]
    known = [value for record in records for value in record.of(Trait.MATRICULE)]
    if not any(record.has_ins for record in records):
        return
    for path, node in walk(resource):
        yield from _asked(path, node, reading)
        if string(node.get("resourceType")) in _PEOPLE:
            yield from _same_number(path, node, records, reading)
        for name in _SUBJECTS:
            for one in objects(node.get(name, [])):
                number, oid = _referred(one)
                yield from _shown(one, f"{path}.{name}".lstrip("."), records, reading)
                place = reading.place(f"{path}.{name}".lstrip("."), PlaceKind.JSON)
                if not (number and known):
                    continue
                if all(value.normal != number for value in known):
                    text = Text(
                        "cette ressource concerne une autre personne que le Patient du même fichier",
                        "this resource is about another person than the Patient of the same file",
                    )
                    yield official(
                        "fhir-subject-of-another", text, "F13", "TRA-06", at=(Quote(place, number), known[0])
                    )
                elif oids and all(value.normal.removeprefix("urn:oid:") != oid for value in oids):
                    text = Text(
                        "la référence nomme le matricule du Patient sous un autre OID : matricule et OID vont ensemble",
                        "the reference names the matricule of the Patient under another OID: the two go together",
                    )
                    yield official("fhir-subject-oid", text, "F13", "TRA-06", at=(Quote(place, oid), oids[0]))


def _asked(path: str, entry: dict[str, Any], reading: Reading) -> Iterator[Problem]:
    """Yield the INS by which a request of a bundle looks for its Patient, when it is none of that Patient.

    The server finds somebody else by it: their file is taken for the patient's (``ifNoneExist``), or written over (``PUT``).
    """
    request, patient = entry.get("request"), entry.get("resource")
    if (
        not isinstance(request, dict)
        or not isinstance(patient, dict)
        or patient.get("resourceType") != "Patient"
    ):
        return
    own = {
        string(one.get("value"))
        for one in objects(patient.get("identifier", []))
        if string(one.get("system")).removeprefix("urn:oid:") in INS_OIDS
    }
    for name in ("ifNoneExist", "url"):
        for oid, number in _ASKED.findall(string(request.get(name))[:_LONGEST]):
            if own and oid in INS_OIDS and number not in own:
                text = Text(
                    "la requête cherche ce Patient par un INS qui n’est pas le sien",
                    "the request looks for this Patient by an INS that is not theirs",
                )
                place = reading.place(f"{path}.request.{name}".lstrip("."), PlaceKind.JSON)
                # A file may be found by the number that it had before.
                make = official if name == "ifNoneExist" else inferred
                yield make("fhir-request-of-another", text, "F13", "TRA-06", at=(Quote(place, number),))


def _same_number(
    path: str, person: dict[str, Any], records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Yield the INS of a Patient that another person of the file bears too, under a name that is not the Patient's."""
    families = {
        comparison_key(string(name.get("family")))
        for name in objects(person.get("name", []))
        if string(name.get("family"))
    }
    for index, one in enumerate(objects(person.get("identifier", []))):
        number = string(one.get("value"))
        if string(one.get("system")).removeprefix("urn:oid:") not in INS_OIDS:
            continue
        for record in records:
            names = [*record.of(Trait.BIRTH_NAME), *record.of(Trait.USED_NAME)]
            same = next((value for value in record.of(Trait.MATRICULE) if value.normal == number), None)
            if same and families and names and not families & {comparison_key(name.normal) for name in names}:
                text = Text(
                    "le matricule du Patient est aussi celui d’une autre personne du même fichier, d’un autre nom",
                    "the matricule of the Patient is also that of another person of the file, of another name",
                )
                place = reading.place(f"{path}.identifier[{index}].value".lstrip("."), PlaceKind.JSON)
                yield official(
                    "one-number-two-people", text, "F13", "TRA-06", at=(Quote(place, number), same)
                )


def _shown(
    reference: dict[str, Any], path: str, records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Look at the words beside a reference to the Patient: they are what a reader sees, and may be left from somebody else."""
    told = set(re.findall("[A-Z]{2,}", comparison_key(string(reference.get("display")))))
    leads = _PATIENT.search(string(reference.get("reference"))) or _referred(reference)[0]
    if len(told) < _FEWEST or not leads or "PATIENT" in told or "PATIENTE" in told:
        return
    known = {
        word
        for record in records
        for trait in NAMES
        for value in record.of(trait)
        for word in comparison_key(value.normal).split()
    }
    if known and not known & told:
        text = Text(
            "le libellé de cette référence nomme une autre personne que le Patient : à regarder",
            "the words of this reference name another person than the Patient: to be looked at",
        )
        place = reading.place(f"{path}.display", PlaceKind.JSON)
        yield inferred(
            "fhir-display-of-another", text, "F13", at=(Quote(place, string(reference["display"])),)
        )


def _referred(reference: dict[str, Any]) -> tuple[str, str]:
    """Return the matricule and the OID that a reference names, empty when it names no INS."""
    if match := _SEARCH.search(string(reference.get("reference"))):
        return (match[2], match[1]) if match[1] in INS_OIDS else ("", "")
    identifier = reference.get("identifier")
    if isinstance(identifier, dict):
        oid = string(identifier.get("system")).removeprefix("urn:oid:")
        if oid in INS_OIDS:
            return string(identifier.get("value")), oid
    return "", ""
