"""Whose a request to INSi is, by the traits or the matricule that it carries.

A software works for other files too while an act is done on one: it verifies what was opened before, asks again for a call that
failed, goes through a queue. Files are known by what the software has shown of them, for the whole campaign.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers.model import Attribute
from conformance.suite.desk.routes import DISQUALIFYING
from simulator.contract.names import Operation
from simulator.xml import parsed, without_declaration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

    from conformance.drivers.model import Patient
    from simulator.client import ExchangeView

VERIFY: Final = Operation.VERIFY.value
_WITH_CLAIMS: Final = frozenset({VERIFY, Operation.DEPOSIT_LOT.value})
_WHO: Final = ("birth_name", "birth_date", "sex")
_CLAIMED: Final = {"birth_name": "NomNaissance", "birth_date": "DateNaissance", "sex": "Sexe"}


@dataclass(slots=True)
class Acts:
    """What the software was asked for while somebody watched the wire, and whom that was about."""

    files: set[str] = field(default_factory=set)
    traits: list[Mapping[str, Any]] = field(default_factory=list)
    """Of people who may have no file."""
    is_noted: bool = False
    """Acts are known."""
    is_open: bool = False
    """One of them may be about anybody, such as a message that arrives."""
    is_answered: bool = False
    """One of them ended as if INSi had answered it."""


@dataclass(slots=True)
class Files:
    """The files that the software has shown in a campaign, and which verifications were asked for."""

    asked: set[int] = field(default_factory=set)
    """Numbers of the requests of acts that have an INS verified."""
    shown: dict[str, Patient] = field(default_factory=dict)
    """Each file as it was shown last."""
    scripted: list[Mapping[str, Any]] = field(default_factory=list)
    """Identities that the bench made INSi answer with, or handed to the software: INSi need not know them when it is asked."""
    handed: list[bytes] = field(default_factory=list)
    """Messages that the bench handed to the software."""
    _shown_with: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What the last file of each matricule showed."""
    _held: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _by_who: dict[tuple[object, ...], set[str]] = field(default_factory=dict)
    _numbers: dict[str, str] = field(default_factory=dict)

    def hold(self, patient: Patient) -> None:
        """Note what a file shows."""
        values = {name: getattr(patient, name) for name in (*_WHO, "matricule", "first_name", "first_names")}
        if patient.matricule:
            self._numbers[patient.id] = patient.matricule
            self._shown_with[patient.matricule] = values
        self.shown[patient.id] = patient
        before = self._held.get(patient.id)
        if before == values:
            return
        if before is not None:
            self._by_who.get(_who(before), set()).discard(patient.id)
        self._held[patient.id] = values
        self._by_who.setdefault(_who(values), set()).add(patient.id)

    def is_of_the_bench(self, claim: Mapping[str, Any]) -> bool:
        """Return whether an identity that is to be verified is one that the bench brought, unchanged, or what a file showed."""
        number = str(claim["matricule"])
        shown = self._shown_with.get(number)
        known = [*self.scripted, *([shown] if shown else [])]
        if any(one.get("matricule") == number and _is_same(claim, one) for one in known):
            return True
        told = (number.encode(), str(claim["birth_name"]).encode())
        return any(all(one in message for one in told) for message in self.handed)

    def number_of(self, patient_id: str) -> str | None:
        """Return the last matricule that a file showed."""
        return self._numbers.get(patient_id)

    def is_marked(self, patient_id: str) -> bool:
        """Return whether a file showed last that it is doubtful or fictitious."""
        return bool(DISQUALIFYING & self._marks(patient_id))

    def is_homonym(self, patient_id: str) -> bool:
        """Return whether a file showed last that it is that of a homonym."""
        return Attribute.HOMONYME in self._marks(patient_id)

    def _marks(self, patient_id: str) -> frozenset[Attribute]:
        patient = self.shown.get(patient_id)
        return patient.attributes if patient else frozenset()

    def of_others(self, exchange: ExchangeView, acts: Acts) -> frozenset[str]:
        """Return the files that a request is about, all of them known and none that the acts are about; none where that is not certain."""
        found: set[str] = set()
        for identity in identities_of(exchange):
            whose = self._of(identity)
            if not whose or whose & acts.files or any(_is_same(identity, one) for one in acts.traits):
                return frozenset()
            found |= whose
        return frozenset(found)

    def _of(self, identity: Mapping[str, Any]) -> set[str]:
        return {
            patient_id
            for patient_id in self._by_who.get(_who(identity), ())
            if _is_same(identity, self._held[patient_id])
        }


def identities_of(exchange: ExchangeView) -> list[Mapping[str, Any]]:
    """Return the identities that a request carries: traits, and the ``matricule`` of what is verified; none where they cannot be read."""
    if exchange.operation not in _WITH_CLAIMS:
        traits = exchange.traits
        return [{**traits, "first_names": " ".join(traits["first_names"])}] if traits else []
    return claims_in(exchange.request_xml)


def claims_in(request_xml: str) -> list[Mapping[str, Any]]:
    """Return the identities whose verification a request asks for."""
    root = parsed(without_declaration(request_xml).encode())
    return [] if root is None else [_claimed(each) for each in root.iter("{*}IndividuVerifie")]


def _claimed(individual: etree._Element) -> dict[str, Any]:
    def text(name: str) -> str:
        return individual.findtext(f".//{{*}}{name}") or ""

    names = " ".join(each.text or "" for each in individual.iter("{*}Prenom")) or text("ListePrenom")
    claimed: dict[str, Any] = {name: text(element) for name, element in _CLAIMED.items()}
    return {**claimed, "first_names": names, "matricule": text("NumIdentifiant") + text("Cle")}


def _who(values: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(values.get(name) for name in _WHO)


def _is_same(identity: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """Return whether the identity in a request may be the one of a file, or typed: another number, or another first name, is another person."""
    if any(identity.get(name) != held[name] for name in _WHO if held.get(name)):
        return False
    number, own = identity.get("matricule"), held.get("matricule")
    if number and own and number != own:
        return False
    asked = (identity.get("first_names") or "").split()
    names = f"{held.get('first_name') or ''} {held.get('first_names') or ''}".split()
    return not asked or not names or asked[0] in names
