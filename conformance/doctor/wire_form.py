"""The form of the requests that the software sends to INSi: the gateway lets it pass, the review of CNDA does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.doctor.notes import Look
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.doctor.notes import Notes
    from simulator.client import ExchangeView

FORM: Final = frozenset(
    {
        "message-id-form",
        "identifier-reused",
        "lps-name-form",
        "context-version",
        "context-time-zone",
        "media-type",
        "wsa-action-missing",
        "action-mismatch",
    }
)
"""Findings about the envelope; who is signed in, and how, is for the campaign."""


def look_at_form(requests: Iterable[ExchangeView], notes: Notes) -> None:
    """Tell what the teleservice noticed about the envelope of these requests: no rule of the catalogue says it.

    Seen: CNDA had a client mend MessageID, LPS/Nom, and identifiers that were not fresh (insi-contract §9.6).
    """
    said = {
        each["fr"]: each["en"] for request in requests for each in request.findings if each["code"] in FORM
    }
    if not said:
        return
    notes.told(
        Look.INSI,
        Text(
            f"la forme des requêtes est à revoir : {' ; '.join(said)}",
            f"the form of the requests is to be mended: {'; '.join(said.values())}",
        ),
        Text(
            "La passerelle réelle répond quand même, et aucune règle du catalogue n'en juge ; l'examen du CNDA, si.",
            "The real gateway answers all the same, and no rule of the catalogue judges it; the review of CNDA does.",
        ),
    )
