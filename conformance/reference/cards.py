"""What a user does with a Vitale card and with the Appli carte Vitale: read, choose a person, call INSi, take billing data.

A card read is not an INS (FLD-03): its numbers go to the billing field and nowhere else. The INS comes from an answer
of INSi that the user accepts, or from the Appli carte Vitale, which hands it over qualified (CRE-07).
"""

from __future__ import annotations

import threading
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from conformance.drivers.cards import CardReading, VitaleCard
from conformance.drivers.model import Alert, Patient, PatientTraits
from conformance.drivers.protocol import RefusedError
from conformance.reference import lifecycle, lookup, reader
from conformance.reference.files import NEW, Files, as_record, identity_of
from conformance.reference.identity import UNKNOWN_PLACE, check_values
from conformance.reference.reader import Reading
from conformance.reference.seams import Seam
from simulator.ins.oid import OidError, parse_oid

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.drivers.cards import AppIdentity, Beneficiary
    from conformance.drivers.model import Actor, InsiCall
    from conformance.reference.calls import InsiCalls
    from conformance.reference.clock import Clock

HANDED_OVER = ("matricule", "oid", "birth_name", "first_names", "birth_date", "sex", "birth_place")
"""What the Appli carte Vitale feeds: never the 1er prénom of a file that has one, nor the names in use."""


class Cards:
    """The acts around cards. What was read is kept in memory only: a reading does not outlive its card for long.

    Args:
        files: where files are written.
        calls: the acts around INSi.
        clock: tells how old a reading is.
    """

    def __init__(self, files: Files, calls: InsiCalls, clock: Clock) -> None:
        """Use a set of files, a connection and a clock; the reader is empty."""
        self._files = files
        self._seams = files.seams
        self._calls = calls
        self._clock = clock
        self._lock = threading.Lock()
        self._present: VitaleCard | None = None
        self._readings: dict[str, Reading] = {}

    def forget(self) -> None:
        """Take the card out and forget what was read: the software is reset."""
        with self._lock:
            self._present = None
            self._readings = {}

    def read(self, card: VitaleCard, actor: Actor) -> CardReading:
        """Read the card in the reader and show who is on it; nothing else happens (FLD-03)."""
        kept = self._seams.one(Seam.CARD_READ, {"card": card, "read_at": self._clock.now()})
        with self._lock:
            self._present = card
            number = str(len(self._readings) + 1)
            self._readings[number] = Reading(id=number, card=kept["card"], read_at=kept["read_at"])
        self._files.trace("CARD_READ", actor, None)
        self._files.after(
            "card-read", actor, None, **_of_card(card.beneficiaries[0] if card.beneficiaries else None)
        )
        return CardReading(id=number, beneficiaries=kept["card"].beneficiaries)

    def swap(self, card: VitaleCard, actor: Actor) -> None:  # noqa: ARG002 - whoever put it there
        """Have another card in the reader; the user of the software has done nothing."""
        with self._lock:
            self._present = card

    def call(self, reading_id: str, rank: str, patient_id: str | None, actor: Actor) -> InsiCall:
        """Call INSi for the person whom the user picks on a card that was read (CAL-02 to CAL-05)."""
        typed = self._seams.one(Seam.TYPED, {"rank": rank, "reading_id": reading_id}, verb="call-card")
        reading = self._reading(typed["reading_id"])
        person = reader.chosen(reading, typed["rank"])
        obstacle = self._obstacle(reading) or reader.why_incomplete(reading, person)
        traits = {
            **asdict(PatientTraits()),
            "birth_name": person.birth_name,
            "birth_date": person.birth_date,
            "sex": person.sex,
        }
        return self._calls.call_with_card(
            reader.criteria_of(reading, person), traits, patient_id, obstacle, actor
        )

    def attach(self, patient_id: str, reading_id: str, rank: str, actor: Actor) -> Patient:
        """Take the billing number of a person on a card into a file, and nothing else (FLD-02, FLD-03)."""
        person = reader.chosen(self._reading(reading_id), rank)
        with self._files.act("card", actor, patient_id):
            patient = self._files.store.patient(patient_id)
            before = as_record(patient)
            kept = self._seams.one(
                Seam.KEPT,
                {"billing_number": person.billing_number},
                path="card",
                status=patient.status,
                file=before,
                before=before,
                **_of_card(person),
            )
            patient = self._files.save(replace(patient, **kept), patient.status, actor, "card")
            self._files.trace("BILLING_CHANGED", actor, patient.id)
        after = self._files.after("card-attached", actor, patient, before=before, **_of_card(person))
        return self._files.present(after or patient, actor, "attach")

    def import_app(self, identity: AppIdentity, patient_id: str | None, actor: Actor) -> Patient:
        """Feed a file, or a new one, with the INS that the Appli carte Vitale hands over (E27); INSi is not called."""
        handed = {name: getattr(identity, name) for name in HANDED_OVER}
        with self._files.act("app", actor, patient_id):
            patient = None if patient_id is None else self._files.store.patient(patient_id)
            before = as_record(patient) if patient else None
            _check(handed)
            if patient is not None:
                lifecycle.check_import(patient.attributes)
            values = self._values(handed, patient, before)
            status = lifecycle.after_app()
            if patient is None:
                created = Patient(id=NEW, status=status, **values)
                patient = self._files.create(created, actor, "created-from-app", "Appli carte Vitale")
            else:
                patient = self._files.save(
                    replace(patient, **values), status, actor, "app", "Appli carte Vitale"
                )
                self._files.trace("IDENTITY_CHANGED", actor, patient.id, ", ".join(sorted(values)))
        after = self._files.after("app-imported", actor, patient, before=before, handed=handed)
        return self._files.present(after or patient, actor, "app")

    def _values(
        self, handed: dict[str, str | None], patient: Patient | None, before: dict[str, Any] | None
    ) -> dict[str, Any]:
        local = identity_of(patient) if patient else {}
        first = local.get("first_name") or (handed["first_names"] or "").split(" ")[0]
        place = handed["birth_place"] or local.get("birth_place") or UNKNOWN_PLACE
        return self._files.kept(
            {**handed, "first_name": first, "birth_place": place}, "app", before=before, local=local
        )

    def _reading(self, reading_id: str) -> Reading:
        with self._lock:
            reading = self._readings.get(reading_id)
        if reading is None:
            raise RefusedError("NO_SUCH_READING", "Cette lecture de carte n'existe pas : relisez la carte.")
        return reading

    def _obstacle(self, reading: Reading) -> Alert | None:
        with self._lock:
            present = self._present
        seen = self._seams.one(
            Seam.CARD_PRESENT,
            {"card": present, "now": self._clock.now()},
            reading={"card": reading.card, "read_at": reading.read_at},
        )
        now: datetime = seen["now"]
        return reader.why_unusable(reading, seen["card"], now)


def _of_card(person: Beneficiary | None) -> dict[str, Any]:
    """Return what the seams may look at."""
    return {"person": asdict(person) if person else None, "typed": {}}


def _check(handed: dict[str, str | None]) -> None:
    """Refuse what cannot be an INS with its traits.

    Raises:
        RefusedError: code ``INVALID_VALUE``, or that of ``lookup.check_matricule``.
    """
    lookup.check_matricule(handed["matricule"] or "")
    try:
        parse_oid(handed["oid"] or "")
    except OidError as error:
        raise RefusedError("INVALID_VALUE", f"OID : {error}", ["oid"]) from error
    check_values(handed)
