"""The conditions of a file that a mistake may hang on, as words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import HIGH_CONFIDENCE_PROOFS, Status
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import Patient

_LONG: Final = 27
"""More characters than the 27 that the card system keeps of a name."""
_AGES: Final = ((1, "newborn"), (18, "child"), (100, "adult"))
_FEW: Final = 3
"""Given names beyond which there are many."""

CONDITIONS: Final = (
    *("man", "woman", "newborn", "child", "adult", "over-100", "incomplete-date"),
    *("born-mainland", "born-corsica", "born-overseas", "born-abroad", "born-unknown"),
    *("name-hyphen", "name-apostrophe", "name-space", "name-long", "name-one-letter", "first-name-compound"),
    *("first-names-1", "first-names-2", "first-names-3", "first-names-many"),
    *("used-name", "used-name-own", "no-used-name", "used-first-name", "no-used-first-name"),
    *("nir", "nia", "no-ins", "billing-same", "billing-other", "no-billing"),
    *("PROV", "RECUP", "VALI", "QUAL", "DOUTEUSE", "FICTIVE", "HOMONYME", "no-attribute"),
    *("former-0", "former-1", "former-more", "proof-high", "proof-low", "no-proof"),
    *("homonyme-former", "homonyme-used", "former-used", "proof-former", "homonyme-proof"),
)
"""All those of a file, in the order in which they are printed; the last ones join two."""


def conditions_of(patient: Patient, former: int) -> frozenset[str]:
    """Return the conditions that a file meets; ``former``: how many INS its history holds."""
    return frozenset(
        (*_of_birth(patient), *_of_names(patient), *_of_numbers(patient), *_of_state(patient, former))
    )


def _of_birth(patient: Patient) -> Iterator[str]:
    yield {"M": "man", "F": "woman"}.get(patient.sex or "", "no-sex")
    born, place = patient.birth_date or "", patient.birth_place or ""
    if patient.birth_date_uncertain:
        yield "incomplete-date"
    try:
        years = (datetime.now(UTC).date() - date.fromisoformat(born)).days / 365.25
    except ValueError:
        yield "no-date"
    else:
        yield next((name for limit, name in _AGES if years < limit), "over-100")
    if place == "99999":
        yield "born-unknown"
    elif place:
        ways = {"2A": "corsica", "2B": "corsica", "97": "overseas", "98": "overseas", "99": "abroad"}
        yield f"born-{ways.get(place[:2], 'mainland')}"


def _of_names(patient: Patient) -> Iterator[str]:
    name, first = patient.birth_name or "", patient.first_name or ""
    marks = {"-": "hyphen", "'": "apostrophe", " ": "space"}
    yield from (f"name-{word}" for mark, word in marks.items() if mark in name)
    if len(name) > _LONG:
        yield "name-long"
    if len(name) == 1:
        yield "name-one-letter"
    if "-" in first or " " in first:
        yield "first-name-compound"
    count = len((patient.first_names or "").split())
    if count:
        yield f"first-names-{count if count <= _FEW else 'many'}"
    yield "used-name" if patient.used_name else "no-used-name"
    yield "used-first-name" if patient.used_first_name else "no-used-first-name"
    if name and patient.used_name == name:
        yield "used-name-own"


def _of_numbers(patient: Patient) -> Iterator[str]:
    if not patient.matricule:
        yield "no-ins"
    else:
        yield "nia" if patient.oid == InsOid.NIA else "nir"
    if not patient.billing_number:
        yield "no-billing"
    else:
        yield "billing-same" if patient.billing_number == patient.matricule else "billing-other"


def _of_state(patient: Patient, former: int) -> Iterator[str]:
    yield str(Status(patient.status))
    yield from (str(attribute) for attribute in patient.attributes)
    yield f"former-{former if former <= 1 else 'more'}"
    proof = patient.proof.kind if patient.proof else None
    has_homonym = "HOMONYME" in patient.attributes
    if not patient.attributes:
        yield "no-attribute"
    if proof is None:
        yield "no-proof"
    else:
        yield "proof-high" if proof in HIGH_CONFIDENCE_PROOFS else "proof-low"
    joined = {
        "homonyme-former": has_homonym and former,
        "homonyme-used": has_homonym and patient.used_name,
        "homonyme-proof": has_homonym and proof,
        "former-used": former and patient.used_name,
        "proof-former": proof and former,
    }
    yield from (name for name, is_met in joined.items() if is_met)
