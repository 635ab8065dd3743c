"""The reference LGO put together: a database, a connection to INSi, and the acts of its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference import settings
from conformance.reference.calls import InsiCalls
from conformance.reference.files import Files
from conformance.reference.insi_client import InsiClient
from conformance.reference.patients import Patients
from conformance.reference.store import Store, TracedAct

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.reference.defects import Defects


class Lgo:
    """A pharmacy software.

    Args:
        path: the SQLite file.
        defects: the mistakes switched on; ``NO_DEFECTS`` for the correct software.

    Attributes:
        patients: the acts on patient files.
        calls: the acts around INSi.
    """

    def __init__(self, path: Path, defects: Defects) -> None:
        """Open the database."""
        self._store = Store(path)
        self._client = InsiClient(self._store.instance(), defects)
        files = Files(self._store, defects)
        self.patients = Patients(files, defects)
        self.calls = InsiCalls(files, self._client, defects)

    def close(self) -> None:
        """Close the database and the connections."""
        self._client.close()
        self._store.close()

    def reset(self, insi_url: str) -> None:
        """Forget all patients and logs, restore the settings, call INSi at ``insi_url`` from now on."""
        self._store.reset(insi_url)

    def audit_log(self, patient_id: str | None) -> list[TracedAct]:
        """Return the audit log, oldest first, optionally of one patient."""
        return self._store.audit(patient_id)

    def settings(self) -> dict[str, str]:
        """Return the site settings."""
        return settings.of(self._store)

    def write_settings(self, changes: Mapping[str, str]) -> dict[str, str]:
        """Change site settings and return them all."""
        settings.check(changes)
        self._store.write_settings(changes)
        return self.settings()
