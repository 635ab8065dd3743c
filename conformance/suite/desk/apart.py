"""Paths apart: what a software may not have, so that a rule is judged by its other paths and the record says what was not tested.

A check of which all is such a path is marked: ``@CARD.mark``. The values of a parameter that are one say so themselves, by a
member ``apart`` (a ``Route`` from INSi does). A part of a check is put under ``with desk.if_offered(SCREENS):``; the check then has
to judge something without it, since it may pass. Nothing else in the suite catches ``VerbNotSupportedError``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.model import Verb
from conformance.record.missed import Missed
from conformance.verdicts import UndecidedError, Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection

_UNDECLARED: Final = Text(
    "absent de ses verbes (GET /capabilities)", "not among its verbs (GET /capabilities)"
)


@dataclass(frozen=True, slots=True)
class Apart:
    """A path that only a software with these verbs has."""

    name: Text
    """As a report calls it: ``par carte``, ``by card``."""
    verbs: frozenset[Verb]
    """What it alone needs: when one of them is missing, this path was not tested, and the others decide."""

    def named(self, fr: str, en: str) -> Apart:
        """Return the same path under another name."""
        return Apart(Text(fr, en), self.verbs)

    @property
    def mark(self) -> pytest.MarkDecorator:
        """The mark of a check that is this path and nothing else."""
        return pytest.mark.apart(self)


class NotOfferedError(UndecidedError):
    """The software has the verbs of a path, and does not let anybody take it; the reason says how that was seen."""

    def __init__(self, path: Apart, fr: str, en: str) -> None:
        """Keep the path and the reason."""
        super().__init__(fr, en, verdict=Verdict.NOT_TESTED)
        self.path = path


def path(fr: str, en: str, *verbs: Verb) -> Apart:
    """Return a path by its name in both languages and by the verbs that it alone needs."""
    return Apart(Text(fr, en), frozenset(verbs))


def missed_by(ending: Exception, paths: Collection[Apart]) -> Missed | None:
    """Return the one of these paths that an ending says the software not to have, else ``None``."""
    match ending:
        case VerbNotSupportedError():
            for path in paths:
                if ending.verb in path.verbs:
                    reason = Text.same(ending.reason) if ending.reason else _UNDECLARED
                    return Missed(path=path.name, verb=ending.verb.value, reason=reason)
            return None
        case NotOfferedError() if ending.path in paths or ending.path in ANYWHERE:
            return Missed(path=ending.path.name, reason=ending.text)
        case _:
            return None


CALL_OF_HOLDER: Final = path(
    "appel INSi pour une identité qui a déjà son INS", "INSi call for an identity that has its INS already"
)
"""No text asks that an identité récupérée or qualifiée be searched again: a software may refuse that."""
DIFFERS_FROM_CHECKED: Final = path(
    "identité INSi différente de l'identité contrôlée", "INSi identity other than the one checked"
)
"""What becomes of an answer that differs from what was checked is a policy (RSP-18): it may have to be checked again first."""
LOCKS_TOLD: Final = path(
    "champs verrouillés dits par le pilote (locked_fields)",
    "locked fields told by the driver (locked_fields)",
)
"""A software may show them on its screen alone, which tells nothing of a moment that is over."""
WHILE_WAITING: Final = path(
    "dossier travaillé pendant qu'une réponse d'INSi attend", "file worked on while an answer of INSi waits"
)
"""No text says what may be done between an answer and its decision: a software may want that first."""
ASKED_AGAIN: Final = path(
    "appel INSi répété sans que rien n'ait changé", "INSi call repeated although nothing has changed"
)
"""After a 01 or 02 the user may correct the criteria (CAL-09): that the same ones be sent again is in no text."""
VERIFIED_AGAIN: Final = path("INS déjà vérifiée, vérifiée de nouveau", "INS verified already, verified again")
"""No text says how soon an INS that INSi has confirmed is verified again."""
DENIED_BY_ITSELF: Final = path(
    "dossier qu'INSi dément quand le logiciel le vérifie de lui-même",
    "file that INSi denies when the software verifies it by itself",
)
"""When an INS is verified besides is the software's own: what the bench made INSi say once is denied then."""
DOUBT_LIFTED: Final = path("attribut retiré", "attribute removed")
"""How somebody ceases to be doubtful or fictitious is not established (ins-rules §18): a new file may be wanted."""
BILLED_ALREADY: Final = path(
    "carte rattachée à un dossier qui a un numéro de facturation",
    "card attached to a file that has a billing number",
)
"""No text says that another number replaces the one that a file has."""
ANYWHERE: Final = frozenset(
    {
        CALL_OF_HOLDER,
        DIFFERS_FROM_CHECKED,
        LOCKS_TOLD,
        WHILE_WAITING,
        ASKED_AGAIN,
        VERIFIED_AGAIN,
        DENIED_BY_ITSELF,
        DOUBT_LIFTED,
        BILLED_ALREADY,
    }
)
"""Paths apart of whatever check comes upon them."""
CARD: Final = path(
    "par carte", "by card", Verb.READ_CARD, Verb.SWAP_CARD, Verb.CALL_INSI_CARD, Verb.ATTACH_CARD
)
FROM_INSI: Final = path("création depuis INSi", "creation from INSi", Verb.SEARCH_INSI)
APP: Final = path("Appli carte Vitale", "Appli carte Vitale", Verb.IMPORT_APP_IDENTITY)
DOWNGRADE: Final = path("déclassement à la main", "downgrade by hand", Verb.DOWNGRADE_STATUS)
RECEPTION: Final = path("identité reçue", "identity received", Verb.RECEIVE_IDENTITY)
MESSAGES: Final = path("message reçu", "message received", Verb.RECEIVE_MESSAGE)
SCAN: Final = path("Datamatrix lu", "Datamatrix scanned", Verb.SCAN_DATAMATRIX)
VERIFICATION: Final = path("vérification", "verification", Verb.VERIFY_INS)
LOTS: Final = path(
    "vérification par lot", "bulk verification", Verb.START_BULK_VERIFICATION, Verb.READ_BULK_VERIFICATION
)
CONTRACTS: Final = path("contrats de confiance", "trust contracts", Verb.WRITE_TRUSTED_SENDERS)
DOCUMENTS: Final = path("documents rangés au dossier", "documents filed", Verb.READ_DOCUMENTS)
WORKLIST: Final = path("liste à traiter", "worklist", Verb.READ_WORKLIST)
EXPORTS: Final = path("messages produits", "messages produced", Verb.EXPORT_MESSAGE)
SENDINGS: Final = path("envois", "sendings", Verb.SEND_DOCUMENT)
WITHDRAWALS: Final = path("retrait d'un document", "withdrawal of a document", Verb.WITHDRAW_DOCUMENT)
REFUSALS: Final = path("refus du patient", "refusals of the patient", Verb.RECORD_OPPOSITION)
SCREENS: Final = path("écrans", "screens", Verb.READ_FORM)
CHECKED: Final = path(
    "identité contrôlée sur pièce",
    "identity checked against a document",
    Verb.RECORD_PROOF,
    Verb.VALIDATE_IDENTITY,
)
LADEN: Final = path(
    "dossier chargé (importé, contrôlé, marqué, modifié)",
    "laden file (imported, checked, marked, changed)",
    Verb.UPDATE_PATIENT,
    Verb.RECORD_PROOF,
    Verb.VALIDATE_IDENTITY,
    Verb.SET_ATTRIBUTES,
    Verb.CALL_INSI_TRAITS,
    Verb.DECIDE_PROPOSAL,
)
BESIDE: Final = path(
    "dossier travaillé parmi d'autres",
    "file worked on among others",
    Verb.SEARCH_PATIENTS,
    Verb.UPDATE_PATIENT,
    Verb.RECORD_PROOF,
    Verb.VALIDATE_IDENTITY,
    Verb.CALL_INSI_TRAITS,
    Verb.DECIDE_PROPOSAL,
)
CHANGES: Final = path("dossier modifié", "file changed", Verb.UPDATE_PATIENT)
ATTRIBUTES: Final = path("attributs", "attributes", Verb.SET_ATTRIBUTES)
EMPTYING: Final = path(
    "vidage entre les contrôles", "emptying between checks", Verb.CREATE_PATIENT, Verb.SEARCH_PATIENTS
)
USUAL: Final = path(
    "comparaison avec les cas ordinaires",
    "comparison with ordinary cases",
    Verb.CREATE_PATIENT,
    Verb.READ_PATIENT,
    Verb.CALL_INSI_TRAITS,
    Verb.DECIDE_PROPOSAL,
)
LOG: Final = path("journal", "log", Verb.READ_AUDIT_LOG)
HISTORY: Final = path("historique des statuts", "history of statuses", Verb.READ_STATUS_HISTORY)
WITHOUT_WAITING: Final = path(
    "appel sans attendre", "call without waiting", Verb.START_INSI_CALL, Verb.READ_INSI_CALL
)
INS_HISTORY: Final = path("historique des INS", "history of the INS", Verb.READ_INS_HISTORY)
SEARCH: Final = path("recherche locale", "local search", Verb.SEARCH_PATIENTS)
DASHBOARD: Final = path("tableau de bord", "dashboard", Verb.READ_DASHBOARD)
BY_MATRICULE: Final = path("recherche par matricule", "search by matricule", Verb.SEARCH_BY_MATRICULE)
CALLS: Final = path(
    "autres actes qui appellent INSi",
    "other acts that call INSi",
    Verb.SEARCH_INSI,
    Verb.START_INSI_CALL,
    Verb.VERIFY_INS,
    Verb.START_BULK_VERIFICATION,
)
SETTINGS: Final = path("paramètres", "settings", Verb.READ_SETTINGS, Verb.WRITE_SETTINGS)
LISTED_KINDS: Final = path(
    "documents que le logiciel énumère", "documents that the software lists", Verb.READ_SETTINGS
)
PRINTING: Final = path("impression", "printing", Verb.RENDER_DOCUMENT, Verb.READ_TRANSMISSIONS)
SHORT_WAIT: Final = path(
    "délai d'attente réglé par le banc", "time-out set by the bench", Verb.READ_SETTINGS, Verb.WRITE_SETTINGS
)
MAILBOX: Final = path(
    "boîte MSSanté relevée",
    "MSSanté mailbox fetched",
    Verb.FETCH_MESSAGES,
    Verb.READ_SETTINGS,
    Verb.WRITE_SETTINGS,
)
CLOCK: Final = path("horloge réglée par le banc", "clock set by the bench", Verb.SET_CLOCK)
STAND_INS: Final = path(
    "DMP et messagerie de substitution",
    "stand-ins for the DMP and the mail operator",
    Verb.READ_SETTINGS,
    Verb.WRITE_SETTINGS,
)
