"""Verbs on the software itself: what it is, its settings and its logs."""

from collections.abc import Mapping

from conformance.drivers.declaring import Performer, verb
from conformance.drivers.formats import Identifier, Moment
from conformance.drivers.model import Actor, AuditEntry, Capabilities
from conformance.drivers.screens import Dashboard, Form, FormField, Right
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

    @verb(
        "GET /forms/{form}",
        answer="fields",
        title=Text("Lire un écran", "Read a screen"),
        task=Text(
            "Ouvrez cet écran et relevez ses champs : libellé, valeur, modifiable, obligatoire.",
            "Open this screen and note its fields: label, value, editable, mandatory.",
        ),
    )
    def read_form(self, form: Form, *, patient_id: Identifier | None = None, actor: Actor) -> list[FormField]:
        """Return the fields of a screen as the acting user sees them: labels, values, what can be edited."""

    @verb(
        "GET /rights/{user}",
        answer="rights",
        title=Text("Lire les droits d'un utilisateur", "Read the rights of a user"),
        task=Text("Affichez les droits de cet utilisateur.", "Show the rights of this user."),
    )
    def read_rights(self, user: Identifier) -> frozenset[Right]:
        """Return what a user may do; an ordinary user has everything but ``CHANGE_STRICT_TRAITS``."""

    @verb(
        "PUT /rights/{user}",
        answer="rights",
        title=Text("Donner des droits à un utilisateur", "Give a user rights"),
        task=Text("Donnez à cet utilisateur exactement ces droits.", "Give this user exactly these rights."),
    )
    def write_rights(self, user: Identifier, rights: frozenset[Right]) -> frozenset[Right]:
        """Replace what a user may do, whatever the role in the request says, and return it."""

    @verb(
        "GET /dashboard",
        title=Text("Lire le tableau de bord", "Read the dashboard"),
        task=Text("Affichez les compteurs du tableau de bord.", "Show the counters of the dashboard."),
    )
    def read_dashboard(self, *, actor: Actor) -> Dashboard:
        """Return the counters of INSi calls and qualified identities."""

    @verb(
        "PUT /clock",
        title=Text("Régler l'horloge du logiciel", "Set the clock of the software"),
        task=Text(
            "Faites comme s'il était cette heure-là pour le logiciel (vide : l'heure réelle).",
            "Have the software act as if it were this time (empty: the real time).",
        ),
    )
    def set_clock(self, *, now: Moment | None = None) -> None:
        """Let the software act as if it were another time, which goes on from there; ``None``: the real time."""
