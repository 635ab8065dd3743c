"""What a software does with the messages of the identity reference of its own domain: it follows them (Règle 33, E24 to E26).

The site says who that is (``identity_reference``). An identity that it gives as validée with an INS is qualifiée here; any
other is stored without its INS. Its files are known by the number that the reference gave them, whatever else changes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.drivers import site
from conformance.drivers.model import BIRTH_FIELDS, Patient, Status
from conformance.drivers.partners import Reception, ReceptionOutcome
from conformance.reference import identity, settings
from conformance.reference.files import NEW, as_record
from conformance.reference.seams import Seam
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from conformance.drivers.model import Actor
    from conformance.reference.files import Files
    from conformance.reference.incoming.arrived import Arrived
    from conformance.reference.seams import Record

_TOPIC: Final = "domain-number"
_CAUSE: Final = "domain-feed"
_CHECKED: Final = "VALI"
"""PID-32 of an identity that the reference has checked."""


class Domain:
    """The messages of the domain, and the files that they are about.

    Args:
        files: where files are written.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files = files
        self._store = files.store

    def is_fed_by(self, sender: str) -> bool:
        """Tell whether a sender is the identity reference of this software."""
        known = {site.IDENTITY_REFERENCE: settings.of(self._store)[site.IDENTITY_REFERENCE]}
        here: str = self._files.seams.one(Seam.SETTINGS, known, use="feed")[site.IDENTITY_REFERENCE]
        return here == sender

    def follow(self, arrived: Arrived, sender: str, actor: Actor) -> Reception:
        """Store what a message says of somebody, whatever the status was (E24 to E26)."""
        has_ins = bool(arrived.values.get("matricule") and arrived.values.get("oid"))
        is_checked = arrived.status == _CHECKED
        status = (Status.QUAL if has_ins else Status.VALI) if is_checked else Status.PROV
        values = {name: arrived.values.get(name) for name in BIRTH_FIELDS}
        if status is not Status.QUAL:
            values |= {"matricule": None, "oid": None}
        number = next((one for one in arrived.identifiers if one[0] not in frozenset(InsOid)), None)
        patient = self._known(number)
        known_place = patient.birth_place if patient else None
        values["birth_place"] = values["birth_place"] or known_place or identity.UNKNOWN_PLACE
        passed = self._files.seams.one(
            Seam.FOLLOWED,
            {**values, "status": status.value, "patient_id": patient.id if patient else None},
            told=dict(arrived.values),
            pid_32=arrived.status,
            before=as_record(patient) if patient else None,
            sender=sender,
            number=number,
            numbers=[note for _, note in self._store.notes(_TOPIC)],
            everyone=self._everyone(),
        )
        values, status = {name: passed[name] for name in values}, Status(passed["status"])
        patient = self._store.patient(passed["patient_id"]) if passed["patient_id"] else None
        outcome = ReceptionOutcome.UPDATED if patient else ReceptionOutcome.CREATED
        with self._files.act("reception", actor, patient.id if patient else None):
            if patient is None:
                new = Patient(id=NEW, status=status, **self._files.kept(values, path=_CAUSE))
                patient = self._files.create(new, actor, _CAUSE, f"flux d'identités de {sender}")
                if number is not None:
                    note = {"oid": number[0], "value": number[1], "patient_id": patient.id}
                    self._store.add_note(_TOPIC, patient.id, note)
            else:
                fed = replace(patient, **self._files.kept(values, path=_CAUSE))
                reason = f"flux d'identités de {sender}"
                patient = self._files.save(fed, status, actor, _CAUSE, reason)
                self._files.trace("IDENTITY_CHANGED", actor, patient.id, reason)
        return Reception(outcome=outcome, patient_id=patient.id)

    def _everyone(self) -> list[Record]:
        """Return all files, where a fault may look at them."""
        is_seen = self._files.seams.has(Seam.FOLLOWED)
        return [as_record(one) for one in self._store.patients()] if is_seen else []

    def _known(self, number: tuple[str, str] | None) -> Patient | None:
        """Return the file that the reference means by its number."""
        if number is None:
            return None
        for _, note in self._store.notes(_TOPIC):
            if (note["oid"], note["value"]) == number:
                return self._store.patient(note["patient_id"])
        return None
