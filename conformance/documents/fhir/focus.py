"""Whom a bundle is about: the subject of its Composition or DocumentReference, followed to the Patient that it names.

A bundle often holds several people (a mother, a relative as a Patient). Software that takes the first Patient for the subject,
or leaves a reference of the document before, sends the document of one under the INS of another (documents notes F13).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conformance.documents.fhir.tree import objects, string, walk
from conformance.documents.problems import Quote, inferred, official
from conformance.documents.record import PlaceKind
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.context import Reading
    from conformance.documents.fhir.tree import FoundPatient
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_DOCUMENTS: Final = frozenset({"Composition", "DocumentReference"})
_SUBJECTS: Final = ("subject", "patient")
_OTHERS: Final = frozenset({"RelatedPerson", "Provenance", "Account", "Coverage", "Group"})
"""Resources that may be about somebody else than the document is."""


def subject_of(resource: Any, patients: Sequence[FoundPatient]) -> int | None:
    """Return which Patient of a bundle its Composition is about; ``None`` when it has none, or several differ."""
    if len(patients) < 2 or not isinstance(resource, dict):  # noqa: PLR2004 - two people
        return None
    names = _named(resource, patients)
    found = {
        names[string(one.get("reference"))]
        for _, node in walk(resource)
        if node.get("resourceType") == "Composition"
        for one in objects(node.get("subject", []))
        if string(one.get("reference")) in names
    }
    return found.pop() if len(found) == 1 else None


def of_whom(
    resource: Any, patients: Sequence[FoundPatient], records: Sequence[IdentityRecord], reading: Reading
) -> Iterator[Problem]:
    """Yield the references of a bundle that lead to another Patient than the one whose document it is.

    Args:
        resource: the file, decoded.
        patients: where its patients are.
        records: what was read of each, in the same order.
        reading: where it was read.
    """
    if len(patients) < 2 or not isinstance(resource, dict) or not any(one.has_ins for one in records):  # noqa: PLR2004 - two people
        return
    names = _named(resource, patients)
    subjects: set[int] = set()
    others: list[tuple[int, Quote]] = []
    for path, node in walk(resource):
        kind = string(node.get("resourceType"))
        for name in _SUBJECTS if kind else ():
            for one in objects(node.get(name, [])):
                reference = string(one.get("reference"))
                index = names.get(reference)
                if index is None:
                    continue
                place = reading.place(f"{path}.{name}.reference".lstrip("."), PlaceKind.JSON)
                if kind not in _DOCUMENTS:
                    others.append((index, Quote(place, reference))) if kind not in _OTHERS else None
                    continue
                subjects.add(index)
                if not records[index].has_ins:
                    text = Text(
                        "ce document concerne un Patient sans INS, et l’INS est celui d’un autre Patient du même fichier",
                        "this document is about a Patient without an INS, and the INS is that of another Patient of the file",
                    )
                    ins = next(record.ins[0] for record in records if record.has_ins)
                    yield official(
                        "fhir-document-of-another",
                        text,
                        "F13",
                        "TRA-06",
                        at=(Quote(place, reference), ins.number or ins.place),
                    )
    if not subjects:
        subjects = _alone(patients, records)
        others = [(index, quote) for index, quote in others if quote.text.startswith("#")]
    yield from _resources_of_others(others, subjects)


def _resources_of_others(others: Sequence[tuple[int, Quote]], subjects: set[int]) -> Iterator[Problem]:
    for index, quote in others:
        if len(subjects) == 1 and index not in subjects:
            text = Text(
                "cette ressource concerne un autre Patient que le document : à regarder",
                "this resource is about another Patient than the document: to be looked at",
            )
            yield inferred("fhir-resource-of-another", text, "F13", at=(quote,))


def _alone(patients: Sequence[FoundPatient], records: Sequence[IdentityRecord]) -> set[int]:
    """Return the only Patient of a file beside those that resources hold in themselves, when it has an INS."""
    own = [at for at, one in enumerate(patients) if ".contained" not in f".{one.path}"]
    return {own[0]} if len(own) == 1 and records[own[0]].has_ins else set()


def _named(resource: dict[str, Any], patients: Sequence[FoundPatient]) -> dict[str, int]:
    """Return the patients by the references that lead to them."""
    urls = {
        f"entry[{number}].resource": string(entry.get("fullUrl"))
        for number, entry in enumerate(objects(resource.get("entry", [])))
    }
    found: dict[str, int] = {}
    for index, one in enumerate(patients):
        known = string(one.resource.get("id"))
        names = (urls.get(one.path, ""), f"Patient/{known}" if known else "", f"#{known}" if known else "")
        for name in names:
            if name:
                found[name] = index
    return found
