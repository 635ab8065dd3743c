"""The documents of this pharmacy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from conformance.drivers.protocol import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of document."""

    key: str
    """As listed in the setting ``document_kinds``."""
    title: str
    short: str
    """In the name of the file (ECO.2.1.6)."""
    code: str
    """LOINC code of the CDA; empty when the document does not travel."""
    level: int = 1
    """1: a PDF in a CDA, 3: a structured body."""
    has_symbol: bool = True
    is_small: bool = False
    """A label: abbreviated, on a small page."""
    body: tuple[str, ...] = ()


KINDS: Final = {
    one.key: one
    for one in (
        Kind(
            key="VACCINATION_NOTE",
            title="Note de vaccination",
            short="VAC",
            code="87273-9",
            level=3,
            body=(
                "Vaccin antigrippal saisonnier, 0,5 mL, deltoïde gauche, lot BANC-26.",
                "Rappel : dans un an.",
            ),
        ),
        Kind(
            key="INTERVIEW_REPORT",
            title="Compte rendu d'entretien pharmaceutique",
            short="ENTRETIEN",
            code="11488-4",
            body=("Entretien d'accompagnement, deuxième séance.", "Traitement compris, observance bonne."),
        ),
        Kind(
            key="MEDICATION_REVIEW",
            title="Bilan partagé de médication",
            short="BPM",
            code="56445-0",
            body=("Cinq lignes de traitement revues.", "Aucune interaction relevée."),
        ),
        Kind(
            key="PRESCRIPTION",
            title="Ordonnance",
            short="ORD",
            code="",
            has_symbol=False,
            body=("Paracétamol 1 g, un comprimé trois fois par jour, cinq jours.",),
        ),
        Kind(key="LABEL", title="Étiquette", short="ETIQ", code="", is_small=True),
    )
}
"""By key."""


def kind_named(key: str) -> Kind:
    """Return a kind of document.

    Raises:
        RefusedError: code ``UNKNOWN_KIND``.
    """
    if key not in KINDS:
        raise RefusedError(
            "UNKNOWN_KIND", f"Type de document inconnu : {key}. Connus : {', '.join(KINDS)}.", ["kind"]
        )
    return KINDS[key]
