"""What is done with an answer of INSi before anything is written (ins-rules §3). Pure.

An answer 00 passes the filters of Règles 11 and 12 and a few checks of our own (ERR-04, inferred) before it
is proposed; the user then compares and decides. Nothing else ever changes a file.

Prudent choices where the reference is silent: a birth place missing in the answer leaves the local one as it
is; an identity that differs from one already checked against a document (RSP-18, inferred) is proposed with
an alert, and the user who accepts it has judged the match.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Alert, Attribute, CallOutcome, ComparedField, Status
from conformance.drivers.protocol import RefusedError
from conformance.reference import lifecycle, numbers
from conformance.reference.identity import LABELS, check_values, display_date
from conformance.reference.soap import ReplyKind, ReturnedIdentity
from conformance.reference.strategy import FOUND, NOT_FOUND, SEVERAL, given_names
from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from conformance.reference.soap import Reply

FED_FIELDS = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The seven fields that an accepted answer feeds (RSP-02). Never the 1er prénom nor the names in use."""

SENT_FIELDS = ("birth_name", "first_name", "first_names", "birth_date", "sex", "birth_place")
"""The fields that a search may send; each must respect the lexical rules (CAL-06)."""

SENDABLE_SEXES = ("M", "F")
"""INSi knows no other sex (TRT-12)."""


def why_blocked(traits: Mapping[str, str | None], attributes: Collection[Attribute]) -> Alert | None:
    """Return why no call by traits may be made with this identity, or ``None`` (CAL-06, CAL-08, CAL-11)."""
    if (forbidden := why_forbidden(attributes)) is not None:
        return forbidden
    if traits.get("sex") not in SENDABLE_SEXES:
        return Alert(code="SEX_NOT_SENDABLE", message="INSi n'accepte que le sexe M ou F.")
    missing = [LABELS[name] for name in ("birth_name", "birth_date") if not traits.get(name)]
    if not given_names(traits):
        missing.append(LABELS["first_name"])
    if missing:
        return Alert(code="TRAIT_MISSING", message=f"Appel INSi impossible sans : {', '.join(missing)}.")
    try:
        check_values({name: traits.get(name) for name in SENT_FIELDS})
    except RefusedError as error:
        return Alert(code="TRAIT_NOT_SENDABLE", message=error.message)
    return None


def why_forbidden(attributes: Collection[Attribute]) -> Alert | None:
    """Return why no call at all may be made for an identity with these attributes, or ``None`` (CAL-11)."""
    blocking = lifecycle.DISQUALIFYING.intersection(attributes)
    if not blocking:
        return None
    return Alert(
        code="CALL_FORBIDDEN", message=f"Identité {' et '.join(sorted(blocking)).lower()} : pas d'appel INSi."
    )


def conclude(
    reply: Reply, traits: Mapping[str, str | None], status: Status | None, *, environment: str
) -> tuple[CallOutcome, str, tuple[Alert, ...]]:
    """Return the outcome of a call, the message for the user and the alerts.

    Args:
        reply: the reply that concluded the search.
        traits: the local identity.
        status: the status of the file; ``None`` when it does not exist yet.
        environment: ``production`` or ``test``; see ``numbers.py``.
    """
    if reply.kind is not ReplyKind.ANSWER:
        known = f" ({reply.code})" if reply.code else ""
        return CallOutcome.ERROR, f"INSi n'a pas pu répondre{known} : {reply.message}", ()
    if reply.code == NOT_FOUND:
        return CallOutcome.NOT_FOUND, "INSi ne trouve aucune identité avec ces traits.", ()
    if reply.code == SEVERAL:
        return CallOutcome.SEVERAL, "INSi trouve plusieurs identités : précisez les traits.", ()
    if reply.code != FOUND:
        return CallOutcome.ERROR, f"Code de réponse INSi inconnu : {reply.code!r}.", ()
    identity = reply.identity or ReturnedIdentity()
    rejections = (
        *_rejections(identity),
        *numbers.problems(identity.matricule, identity.oid, environment),
    )
    if rejections:
        return CallOutcome.REJECTED, "L'identité reçue d'INSi n'est pas reprise.", rejections
    alerts = tuple(_alerts(identity, traits, status))
    return CallOutcome.FOUND, "Identité trouvée : comparez puis acceptez ou refusez.", alerts


def compare(traits: Mapping[str, str | None], identity: ReturnedIdentity) -> tuple[ComparedField, ...]:
    """Return the lines of the comparison dialog: local against INSi for each field that would be fed (RSP-01)."""
    lines = []
    for name in FED_FIELDS:
        local, insi = traits.get(name), getattr(identity, name)
        lines.append(
            ComparedField(
                field=name,
                local=local,
                insi=insi,
                different=local != insi,
                local_display=_display(name, local),
                insi_display=_display(name, insi),
            )
        )
    return tuple(lines)


def imported(traits: Mapping[str, str | None], identity: ReturnedIdentity) -> dict[str, str | None]:
    """Return the values that the seven fields take once the user accepts (RSP-02)."""
    values: dict[str, str | None] = {name: getattr(identity, name) for name in FED_FIELDS}
    if identity.birth_place is None:
        values["birth_place"] = traits.get("birth_place")
    return values


def returned(identity: ReturnedIdentity) -> dict[str, str]:
    """Return what the audit log keeps of an answer 00: matricule, OID, strict traits as they came (RSP-14)."""
    return {name: value for name in FED_FIELDS if (value := getattr(identity, name))}


def _rejections(identity: ReturnedIdentity) -> Iterator[Alert]:
    """Yield why an answer 00 must not be proposed."""
    if not identity.birth_name:
        yield Alert(code="EMPTY_BIRTH_NAME", message="INSi a répondu sans nom de naissance.")
    if not identity.first_names:
        yield Alert(code="EMPTY_FIRST_NAMES", message="INSi a répondu sans liste de prénoms.")
    if identity.sex not in SENDABLE_SEXES:
        code = "EMPTY_SEX" if identity.sex is None else "UNKNOWN_SEX"
        yield Alert(code=code, message="INSi a répondu sans sexe utilisable.")
    try:
        date = BirthDate.parse_iso(identity.birth_date or "")
    except BirthDateError:
        yield Alert(code="INVALID_DATE", message="INSi a répondu avec une date de naissance inexploitable.")
    else:
        if date.is_lunar:
            yield Alert(
                code="LUNAR_DATE",
                message=f"INSi a répondu avec une date de naissance incomplète : {date.french()}.",
            )


def _alerts(
    identity: ReturnedIdentity, traits: Mapping[str, str | None], status: Status | None
) -> Iterator[Alert]:
    """Yield what the user must see before accepting an answer."""
    first_name = traits.get("first_name")
    if first_name is not None and not starts_list(first_name, identity.first_names or ""):
        yield Alert(
            code="FIRST_NAME_NOT_START_OF_LIST",
            message=f"Le 1er prénom {first_name} n'est pas le début de la liste {identity.first_names}.",
        )
    if status in lifecycle.CHECKED:
        differing = [
            LABELS[name]
            for name in ("birth_name", "first_names", "birth_date", "sex")
            if traits.get(name) and traits.get(name) != getattr(identity, name)
        ]
        if differing:
            yield Alert(
                code="DIFFERS_FROM_CHECKED_IDENTITY",
                message=f"Diffère de l'identité contrôlée sur pièce : {', '.join(differing)}.",
            )


def _display(name: str, value: str | None) -> str | None:
    return display_date(value) if name == "birth_date" else value
