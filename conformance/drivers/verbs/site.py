"""Verbs on the software itself: what it is, its settings and its logs."""

from collections.abc import Mapping

from conformance.drivers.declaring import Performer, verb
from conformance.drivers.formats import Identifier
from conformance.drivers.model import Actor, AuditEntry, Capabilities
from simulator.text import Text


class SiteVerbs(Performer):
    """The software as a whole."""

    @verb(
        "GET /capabilities",
        title=Text("Lire les capacités", "Read the capabilities"),
        task=Text(
            "Dites le nom, la version et l'éditeur du logiciel, et ce qu'il sait faire.",
            "Tell the name, version and vendor of the software, and what it can do.",
        ),
    )
    def capabilities(self) -> Capabilities:
        """Return what the software declares about itself, asked anew."""

    @verb(
        "POST /reset",
        title=Text("Repartir de zéro", "Start afresh"),
        task=Text(
            "Videz la base d'essai, rétablissez les paramètres et faites appeler INSi à cette adresse.",
            "Empty the test database, restore the settings, and have INSi called at this address.",
        ),
    )
    def reset(self, *, insi_url: Identifier) -> None:
        """Forget all patients and logs, restore default settings, and call INSi at ``insi_url`` from now on."""

    @verb(
        "GET /audit-log",
        answer="entries",
        title=Text("Lire le journal", "Read the audit log"),
        task=Text("Affichez le journal des accès et des actes.", "Show the log of accesses and acts."),
    )
    def read_audit_log(self, *, actor: Actor, patient_id: Identifier | None = None) -> list[AuditEntry]:
        """Return the audit log, oldest first, optionally of one patient."""

    @verb(
        "GET /settings",
        title=Text("Lire les paramètres", "Read the settings"),
        task=Text("Affichez les paramètres du site.", "Show the site settings."),
    )
    def read_settings(self) -> dict[str, str]:
        """Return the site settings."""

    @verb(
        "PUT /settings",
        body="settings",
        title=Text("Modifier les paramètres", "Change the settings"),
        task=Text("Donnez ces valeurs aux paramètres du site.", "Give the site settings these values."),
    )
    def write_settings(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Change site settings and return them all."""
