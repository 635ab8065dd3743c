"""The nine kinds of documents that arrive, by what is the matter with each of them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from conformance.suite.incoming.letter import Act, Letter
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.partners import ReceivedIdentity


class Incoming(StrEnum):
    """What a received document is to its receiver; the numbers are those of the ANS volets (documents §A2.6)."""

    RIGHT = "right"
    UNKNOWN = "902"
    NO_INS = "903"
    OTHER_TRAITS = "904"
    INCOMPLETE = "905"
    DENIED = "ko"
    TRUSTED = "trusted"
    REPLACEMENT = "replacement"
    DELETION = "deletion"

    @property
    def words(self) -> Text:
        """What it is, in words."""
        return _TITLES[self]


_TITLES = {
    Incoming.RIGHT: Text(
        "INS et traits d'un patient qualifié ici", "INS and traits of a patient qualifié here"
    ),
    Incoming.UNKNOWN: Text("patient inconnu (902)", "unknown patient (902)"),
    Incoming.NO_INS: Text(
        "identifiants mais pas d'INS dans le document (903)", "identifiers but no INS in the document (903)"
    ),
    Incoming.OTHER_TRAITS: Text(
        "matricule ou traits différents de ceux d'ici (904)",
        "matricule or traits other than those here (904)",
    ),
    Incoming.INCOMPLETE: Text("INS sans tous ses traits (905)", "INS without all its traits (905)"),
    Incoming.DENIED: Text("identité démentie par INSi (KO)", "identity denied by INSi (KO)"),
    Incoming.TRUSTED: Text("émetteur sous contrat de confiance", "sender under a trust contract"),
    Incoming.REPLACEMENT: Text("remplace un document reçu", "replaces a document received"),
    Incoming.DELETION: Text("supprime un document reçu", "deletes a document received"),
}


def letter(kind: Incoming, right: ReceivedIdentity, other: ReceivedIdentity, former: str = "") -> Letter:
    """Return a document of a kind.

    Args:
        kind: which.
        right: the identity that the patient has.
        other: that of somebody else, whose traits are wrong under the INS of the first.
        former: the identifier of the document that it replaces or deletes.
    """
    match kind:
        case Incoming.NO_INS:
            return Letter(identity=replace(right, matricule=None, oid=None))
        case Incoming.OTHER_TRAITS:
            return Letter(identity=replace(other, matricule=right.matricule, oid=right.oid))
        case Incoming.INCOMPLETE:
            return Letter(
                identity=replace(right, birth_name=None, first_names=None, first_name=None, birth_place=None)
            )
        case Incoming.REPLACEMENT:
            return Letter(
                identity=right,
                act=Act.REPLACES,
                former=former,
                title="Compte rendu de biologie KVORLAN, corrigé",
            )
        case Incoming.DELETION:
            return Letter(identity=right, act=Act.DELETES, former=former)
        case _:
            return Letter(identity=right)
