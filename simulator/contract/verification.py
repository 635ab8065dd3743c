"""The answer of a unit verification (WS_INS3). INFERRED but for its namespace and the names Resultat and CR (insi-contract §2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.contract.names import VERIFICATION_ANSWER
from simulator.contract.render import render_body

if TYPE_CHECKING:
    from simulator.contract.render import Dialect

VERIFIED: Final = "00"
NOT_VERIFIED: Final = "01"
VERIFICATION_LABELS: Final = {VERIFIED: "OK", NOT_VERIFIED: "KO"}
"""LibelleCR by CodeCR. Codes and labels are inferred: OK as in the searches, KO as its contrary."""


@dataclass(frozen=True, slots=True)
class VerificationAnswer:
    """A Resultat: a code and its label, never a trait (seen: DMPConnect JS gets OK or an error)."""

    code: str

    def render(self, dialect: Dialect) -> bytes:
        """Return the bytes of the answer: always in the default namespace, whatever the dialect writes."""
        return render_body(
            f'<Resultat xmlns="{VERIFICATION_ANSWER}"><CR><CodeCR>{self.code}</CodeCR>'
            f"<LibelleCR>{VERIFICATION_LABELS[self.code]}</LibelleCR></CR></Resultat>",
            dialect,
        )
