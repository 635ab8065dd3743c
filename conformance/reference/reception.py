"""What becomes of an identity that another domain sends (events E19 to E23, Règles 30, 51, 52 and 55). Pure.

Two decisions: which file it is about, before the verification, and what is done, after it.

Open points of the reference, and the prudent choice made here:

* A file without INS is the patient's when all the traits received are its own and only one file has them. Nothing less
  is enough: a name and a date are those of a homonym too. Where a birth place is not known, a person decides.
* A file with the same INS and other traits, or with the same traits and another INS, is not touched: a person decides.
* An identity sent without INS changes nothing and creates nothing: there is nothing to verify.
* A technical error is no KO and no OK: nothing is written, a person is told (ERR-02).
* A known file is never changed by a contract: it means that the patient is treated here, and Règle 30 does not.
* A contract does not dispense with the verification: Règle 52 names no exception for it.
* A number that no INS can be, and an OID that this installation must not take, are not verified: a person decides.
* An unknown patient of a document gets a reduced file, provisoire and without INS, even when INSi confirms it (VER-15):
  only a feed of identities, or a trust contract, goes further.
* A document joins a file by itself only when the file is QUAL and holds this INS and these traits (as VER-13 asks of
  mail); everywhere else it waits on the worklist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.drivers.model import BIRTH_FIELDS, Status
from conformance.reference import lifecycle
from conformance.reference.claims import Result
from conformance.reference.identity import UNKNOWN_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import ReceivedIdentity

COMPARED = ("birth_name", "birth_date", "sex")
"""The traits that have to be the same, with the given names and the birth place."""


class Standing(StrEnum):
    """How a received identity stands to the files."""

    UNKNOWN = "UNKNOWN"
    """Nobody here has its traits or its INS."""
    SAME_INS = "SAME_INS"
    """A file RECUP or QUAL has this INS and these traits: nothing is verified again."""
    SAME_TRAITS = "SAME_TRAITS"
    """One file without INS has these traits."""
    UNCLEAR = "UNCLEAR"
    """Somebody looks like it and is not it for sure: a person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which file a received identity is about."""

    standing: Standing
    patient: Patient | None = None
    """The file; ``None`` when there is none, or several."""


class Act(StrEnum):
    """What is done with an identity received."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    """The file takes the identity over."""
    NOTHING = "NOTHING"
    QUEUE = "QUEUE"
    """There is no file: only the worklist knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is done with an identity received, once it is known what INSi says."""

    act: Act
    status: Status | None = None
    """Of the file created or updated."""
    with_ins: bool = False
    """Whether matricule and OID are written."""
    files_document: bool = False
    """Whether the document goes into the file by itself."""
    queues: str | None = None
    """The reason written on the worklist; ``None``: nobody has to do anything."""


def values_of(identity: ReceivedIdentity) -> dict[str, str | None]:
    """Return the identity fields received; the 1er prénom, when it is not told, is the first of the list."""
    values = {name: getattr(identity, name) or None for name in BIRTH_FIELDS}
    values["first_name"] = values["first_name"] or (values["first_names"] or "").partition(" ")[0] or None
    return values


def match(values: Mapping[str, str | None], patients: Iterable[Patient]) -> Match:
    """Return which file an identity is about.

    Args:
        values: the fields received.
        patients: all files.
    """
    everyone = list(patients)
    holders = [one for one in everyone if _has_ins(one, values)]
    if holders:
        same = [one for one in holders if _has_traits(one, values)]
        if len(same) == 1 and len(holders) == 1:
            return Match(standing=Standing.SAME_INS, patient=same[0])
        return Match(standing=Standing.UNCLEAR, patient=holders[0] if len(holders) == 1 else None)
    alike = [one for one in everyone if _has_traits(one, values)]
    if not alike:
        return Match(standing=Standing.UNKNOWN)
    one = alike[0] if len(alike) == 1 else None
    if (
        one is None
        or _place(one.birth_place) != _place(values.get("birth_place"))
        or one.status in lifecycle.WITH_INS
        or lifecycle.DISQUALIFYING & one.attributes
    ):
        return Match(standing=Standing.UNCLEAR, patient=one)
    return Match(standing=Standing.SAME_TRAITS, patient=one)


def is_exempt(found: Match) -> bool:
    """Tell whether Règle 52 exempts from a verification: this INS is RECUP or QUAL here already."""
    return found.standing is Standing.SAME_INS


def decide(found: Match, result: Result | None, *, is_trusted: bool, is_in_a_document: bool = False) -> Plan:
    """Return what is done with a received identity.

    Args:
        found: the file that it is about.
        result: of its verification; ``None`` when none was made.
        is_trusted: the sender has a trust contract and says that the identity is QUAL.
        is_in_a_document: it stands in a document received, not in a feed of identities.
    """
    patient = found.patient
    if found.standing is Standing.SAME_INS and patient is not None:
        is_qualified = patient.status is Status.QUAL
        return Plan(
            act=Act.NOTHING,
            files_document=is_qualified,
            queues=None if is_qualified else "DOCUMENT_TO_ATTACH",
        )
    known = found.standing is not Standing.UNKNOWN
    if result is Result.OK and found.standing is Standing.SAME_TRAITS and patient is not None:
        status = lifecycle.after_import(patient.status)
        return Plan(
            act=Act.UPDATE,
            status=status,
            with_ins=True,
            files_document=status is Status.QUAL,
            queues=None if status is Status.QUAL else "DOCUMENT_TO_ATTACH",
        )
    if result is Result.OK and not known:
        if is_in_a_document and not is_trusted:
            return Plan(act=Act.CREATE, status=Status.PROV, queues="DOCUMENT_TO_ATTACH")
        status = Status.QUAL if is_trusted else Status.RECUP
        return Plan(act=Act.CREATE, status=status, with_ins=True, queues="DOCUMENT_TO_ATTACH")
    if result is Result.KO and not known:
        return Plan(act=Act.CREATE, status=Status.PROV, queues="VERIFICATION_KO")
    reason = {Result.KO: "VERIFICATION_KO", Result.ERROR: "VERIFICATION_FAILED"}.get(
        result or Result.OK, "IDENTITY_TO_COMPARE"
    )
    return Plan(act=Act.NOTHING if known else Act.QUEUE, queues=reason)


def _has_ins(patient: Patient, values: Mapping[str, str | None]) -> bool:
    return (
        patient.status in lifecycle.WITH_INS
        and bool(values.get("matricule"))
        and (patient.matricule, patient.oid) == (values.get("matricule"), values.get("oid"))
    )


def _has_traits(patient: Patient, values: Mapping[str, str | None]) -> bool:
    """Tell whether a file has the traits received, and neither given names nor birth place say anything against it.

    The list is compared when both sides have one; else the 1er prénom is. A place that is not known contradicts none.
    """
    if any(getattr(patient, name) != values.get(name) for name in COMPARED):
        return False
    places = {_place(patient.birth_place), _place(values.get("birth_place"))}
    if len(places - {None}) > 1:
        return False
    if patient.first_names and values.get("first_names"):
        return patient.first_names == values["first_names"]
    return patient.first_name == values.get("first_name")


def _place(code: str | None) -> str | None:
    return None if code == UNKNOWN_PLACE else code or None
