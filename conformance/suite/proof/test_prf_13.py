"""PRF-13: what the reliability extension of a FHIR Patient tells, beside what was done to the file."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from conformance.documents.fhir.tree import patients_in
from conformance.documents.record import Format
from conformance.suite.desk.expect import expect
from conformance.suite.desk.papers import need_statuses
from conformance.suite.desk.routes import Route
from conformance.suite.journeys.papers import told
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.desk.papers import Artefact, Subject
    from conformance.suite.desk.steps import Desk

_METHODS: Final = frozenset({"SM", "CV", "INSI", "CB", "RFID", "AV"})
_STATUSES: Final = {
    "PROV": {"PROV"},
    "RECUP": {"PROV", "RECUP"},
    "VALI": {"VALI"},
    "QUAL": {"VALI", "QUAL"},
}
"""Codes that tell the status of a file: table 0445, and the four of the RNIV."""
_PROOFS: Final = {"PA": "PASSPORT", "PASSPORT": "PASSPORT", "CN": "CNI", "CNI": "CNI"}
"""Codes of a validation mode that stand for one document and no other (table 9004, and the names of the driver API)."""
_FHIR_DATE: Final = r"\d{4}(-\d\d(-\d\d(T.*)?)?)?$"
_FROM_INSI: Final = frozenset({"RECUP", "QUAL"})
_NEVER_CALLED: Final = (Route.TYPED, Route.CHECKED)
_CHECKED: Final = frozenset({"VALI", "QUAL"})


@pytest.mark.rule("PRF-13")
@pytest.mark.title(
    fr="L'extension de fiabilité dit le statut, la méthode et les dates de ce qui a été fait, et de rien d'autre",
    en="The reliability extension tells the status, the method and the dates of what was done, and of nothing else",
)
def test_reliability(desk: Desk) -> None:
    found = [
        (subject, artefact)
        for subject in told(desk)
        for artefact in subject.artefacts
        if artefact.read.format is Format.FHIR
    ]
    if not found:
        raise UndecidedError(
            "aucune ressource FHIR n'est produite", "no FHIR resource is produced", verdict=Verdict.NOT_TESTED
        )
    need_statuses(found, "PROV", "QUAL")
    for subject, artefact in found:
        _expect_told(subject, _parts(artefact))


def _expect_told(subject: Subject, parts: dict[str, Any]) -> None:
    status = subject.patient.status.value
    has_attribute = bool(subject.patient.attributes)
    where = f"[{subject.key}] "
    expect(parts, fr=f"{where}extension de fiabilité absente", en=f"{where}no reliability extension")
    code = parts.get("status", "")
    expect(
        code in _STATUSES[status]
        or (has_attribute and code in {"DOUT", "FICT", "HOMA", "HOMD", "DOUB", "DOUA"}),
        fr=f"{where}statut {' ou '.join(sorted(_STATUSES[status]))} attendu, « {code} » trouvé",
        en=f"{where}expected the status {' or '.join(sorted(_STATUSES[status]))}, got “{code}”",
    )
    method = parts.get("method", "")
    expect(
        method in _METHODS,
        fr=f"{where}méthode de collecte parmi {', '.join(sorted(_METHODS))} attendue, « {method} » trouvée",
        en=f"{where}expected a collection method among {', '.join(sorted(_METHODS))}, got “{method}”",
    )
    expect(
        method != "INSI"
        or not (_is_never_called(where, status) or (status == "PROV" and "lowered" not in subject.key))
        or has_attribute,
        fr=f"{where}méthode INSI alors qu'INSi n'a jamais été interrogé",
        en=f"{where}method INSI although INSi was never queried",
    )
    _expect_dates(where, status, parts)
    proof = subject.patient.proof
    other = _PROOFS.get(str(parts.get("mode", "")).upper())
    expect(
        other is None or proof is None or status not in _CHECKED or proof.kind == other,
        fr=f"{where}mode de validation « {parts.get('mode')} », alors que la pièce est {proof and proof.kind}",
        en=f"{where}validation mode “{parts.get('mode')}”, although the document is {proof and proof.kind}",
    )
    # Whose status has never changed may have no date of a change; that the others have one is not said in so many words.
    expect(
        parts.get("changed") or status == "PROV",
        fr=f"{where}date de mise à jour absente",
        en=f"{where}no date of the last update",
        inferred=True,
    )


def _expect_dates(where: str, status: str, parts: dict[str, Any]) -> None:
    for name, wanted, never in (
        ("insi", status in _FROM_INSI, _is_never_called(where, status)),
        ("checked", status in _CHECKED, status in {"PROV", "RECUP"}),
    ):
        day = parts.get(name, "")
        expect(
            day or not wanted,
            fr=f"{where}date {_NAMES[name][0]} absente",
            en=f"{where}no date of {_NAMES[name][1]}",
        )
        expect(
            not day or not never,
            fr=f"{where}date {_NAMES[name][0]} ({day}) alors que cela n'a pas eu lieu",
            en=f"{where}date of {_NAMES[name][1]} ({day}) although that did not happen",
        )
        expect(
            not day or re.match(_FHIR_DATE, str(day)),
            fr=f"{where}date {_NAMES[name][0]} ({day}) : ce n'est pas une date FHIR",
            en=f"{where}date of {_NAMES[name][1]} ({day}): this is no FHIR date",
        )
        # All was done during this campaign: whatever the zone, a day that is not that one is another act's.
        expect(
            not wanted or not day or _is_of_today(str(day)),
            fr=f"{where}date {_NAMES[name][0]} ({day}), alors que l'acte est d'aujourd'hui",
            en=f"{where}date of {_NAMES[name][1]} ({day}), although the act is of today",
        )


def _is_never_called(where: str, status: str) -> bool:
    """Tell whether nobody has asked INSi about somebody: a key ends with the way and the status."""
    return any(f"{way}, {status}]" in where for way in _NEVER_CALLED)


def _is_of_today(day: str) -> bool:
    try:
        told_day = dt.date.fromisoformat(day[:10])
    except ValueError:
        return True  # How a date is written is for TRA-06.
    return abs((told_day - dt.datetime.now(dt.UTC).date()).days) <= 2  # noqa: PLR2004 - zones, and a campaign over midnight


_NAMES: Final = {
    "insi": ("d'interrogation d'INSi", "the INSi query"),
    "checked": ("de validation", "the validation"),
}


def _parts(artefact: Artefact) -> dict[str, Any]:
    """Return what the extension tells: ``status``, ``method``, ``insi``, ``collected``, ``checked``, ``changed``; empty without one.

    Versions of the profile name the parts differently: they are recognised by a word in their address.
    """
    try:
        resource = json.loads(artefact.document.content)
    except ValueError as error:
        raise UndecidedError(
            "la ressource FHIR n'est pas en JSON : l'extension n'est pas lue",
            "the FHIR resource is not JSON: the extension is not read",
            verdict=Verdict.REVIEW,
        ) from error
    told_of: dict[str, Any] = {}
    for extension in _extensions(_patient_of(resource)):
        if "identity-reliability" not in str(extension.get("url")):
            continue
        for part in _extensions(extension):
            told_of |= _part(part)
    if "collected" in told_of and told_of.get("method") == "INSI":
        told_of.setdefault("insi", told_of["collected"])
    return told_of


def _patient_of(resource: dict[str, Any]) -> dict[str, Any]:
    """Return the patient of a bundle, of parameters, or that another resource contains; or else the resource itself."""
    return next((one.resource for one in patients_in(resource, "")), resource)


def _part(part: dict[str, Any]) -> dict[str, Any]:
    url = str(part.get("url")).lower()
    coding = part.get("valueCoding") or {}
    day = part.get("valueDate") or part.get("valueDateTime")
    if "mode" in url and "valid" in url:
        return {"mode": coding.get("code", "")}
    if "status" in url:
        return {"status": coding.get("code", "")}
    if "date" in url and "collect" in url:
        # FR Core up to 2.2.0: of whatever the collection was, of INSi among others.
        return {"collected": day}
    if "method" in url or "collect" in url:
        return {"method": coding.get("code", "")}
    if day and "insi" in url:
        return {"insi": day}
    if day and "valid" in url:
        return {"checked": day}
    if day and "update" in url:
        return {"changed": day}
    return {}


def _extensions(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    found = node.get("extension")
    yield from (one for one in (found if isinstance(found, list) else []) if isinstance(one, dict))
