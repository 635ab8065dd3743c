"""Telling connected software of a change (Règle 27): HL7 v2 over MLLP, A31 for the file, A47 for an INS that is taken away."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any, Final

from conformance.drivers import site
from conformance.reference import settings
from conformance.reference.files import as_record
from conformance.reference.papers import hl7
from conformance.reference.seams import Seam

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Actor, Patient
    from conformance.reference.files import Files

_START, _END = b"\x0b", b"\x1c\r"
_TIMEOUT_S: Final = 5.0
_LONGEST_ANSWER: Final = 65536


class Feed:
    """What leaves for the software connected to this one.

    Args:
        files: where files and the audit log are.
    """

    def __init__(self, files: Files) -> None:
        """Use a set of files."""
        self._files = files
        self._store = files.store
        self._seams = files.seams

    def telling(self, act: Callable[..., Patient]) -> Callable[..., Patient]:
        """Return an act on a file (identifier first, who acts last) that tells of what it has changed."""

        def told(patient_id: str, *arguments: Any) -> Patient:
            address = settings.of(self._store)[site.IDENTITY_FEED]
            before = self._store.patient(patient_id) if address else None
            answer = act(patient_id, *arguments)
            if before is not None:
                self._changed(address, before, self._store.patient(patient_id), arguments[-1])
            return answer

        return told

    def _changed(self, address: str, before: Patient, after: Patient, actor: Actor) -> None:
        """Tell of a file that was changed; one that cannot be told is noted in the audit log."""
        if before == after:
            return
        events = [{"event": "A31", "stale": False}]
        if before.matricule and not after.matricule:
            events.append({"event": "A47", "stale": False})
        around = {"before": as_record(before), "after": as_record(after), "role": actor.role}
        messages = [
            hl7.write(
                before if one["stale"] else after,
                self._seams,
                f"{after.id}-{number}",
                event=one["event"],
                former=(before.matricule or "", before.oid or "") if one["event"] == "A47" else None,
            )
            for number, one in enumerate(self._seams.many(Seam.PROPAGATED, events, **around), start=1)
        ]
        try:
            _deliver(address, messages)
        except (OSError, ValueError) as error:
            self._files.trace("PROPAGATION_FAILED", actor, after.id, f"{address}: {error}")


def _deliver(address: str, messages: list[bytes]) -> None:
    """Send messages one after the other, each once the one before was acknowledged.

    Raises:
        OSError: nobody listens, or does not answer in time.
        ValueError: a message was not accepted.
    """
    host, _, port = address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=_TIMEOUT_S) as connection:
        for message in messages:
            connection.sendall(_START + message + _END)
            answer = b""
            while not answer.endswith(_END):
                received = connection.recv(4096)
                if not received or len(answer) > _LONGEST_ANSWER:
                    raise ValueError("acquittement attendu")
                answer += received
            if b"MSA|AA" not in answer:
                raise ValueError(f"message refusé : {answer[:120]!r}")
