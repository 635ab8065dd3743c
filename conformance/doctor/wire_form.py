"""The form of the requests that the software sends to INSi: the gateway lets it pass, the review of CNDA does not."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from conformance.doctor.notes import Look
from simulator.contract.envelope import read
from simulator.contract.faults import FaultError
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conformance.doctor.notes import Notes
    from simulator.client import ExchangeView

FORM: Final = frozenset(
    {
        "message-id-form",
        "identifier-reused",
        "context-id-empty",
        "lps-name-form",
        "context-version",
        "media-type",
        "encoding",
        "wsa-action-missing",
        "action-mismatch",
    }
)
"""Findings about the envelope; who is signed in, and how, is for the campaign."""

ANOTHER_DAY: Final = timedelta(days=1)
"""Beyond, a time is that of no clock; how much skew the real service takes is not established."""


def look_at_form(requests: Iterable[ExchangeView], notes: Notes) -> None:
    """Tell what the teleservice noticed about the envelope of these requests: no rule of the catalogue says it.

    Seen: CNDA had a client mend MessageID, LPS/Nom, and identifiers that were not fresh (insi-contract §9.6).
    """
    said: dict[str, str] = {}
    for request in requests:
        said |= {each["fr"]: each["en"] for each in request.findings if each["code"] in FORM}
        said |= dict(_times_of(request))
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


def _times_of(request: ExchangeView) -> Iterator[tuple[str, str]]:
    """Tell the times of the contexts that are not of the moment of the call."""
    kind = next(
        (value for name, value in request.request_headers.items() if name.lower() == "content-type"), ""
    )
    try:
        contexts = read(request.request_xml.encode(), kind).contexts
    except FaultError:
        return
    for block, text in (("ContexteBAM", contexts.bam_time), ("ContexteLPS", contexts.lps_time)):
        with suppress(ValueError):  # as of a form that the schema allows and Python does not
            time = datetime.fromisoformat(text)
            if time.tzinfo is not None and abs(time - datetime.fromisoformat(request.at)) > ANOTHER_DAY:
                yield (
                    f"{block} : Temps {text}, alors que l'appel est du {request.at[:19]}",
                    f"{block}: Temps {text}, and the call is of {request.at[:19]}",
                )
