"""The words that the checks of journeys are written in, beside those of ``suite.desk``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from conformance.drivers.model import IDENTITY_FIELDS
from conformance.guided.seeing import was_seen
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.words import label, shown
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from conformance.drivers.model import InsiCall, Patient, Status
    from conformance.guided.walking import Walk
    from simulator.client import ExchangeView

KEPT = (*IDENTITY_FIELDS, "status", "attributes")


def expect_status(patient: Patient, status: Status, fr: str, en: str) -> None:
    """Check the status of a file; ``fr`` and ``en`` say when."""
    expect_equal(got=str(patient.status), expected=str(status), fr=f"statut {fr}", en=f"status {en}")


def need_status(patient: Patient, *statuses: Status, depends_on: tuple[str, ...]) -> None:
    """Make sure that a file came to one of these statuses: that it did not is the affair of the rules of ``depends_on``."""
    if str(patient.status) not in {str(status) for status in statuses}:
        wanted = "/".join(statuses)
        raise UndecidedError(
            f"le dossier devait être {wanted} et il est {patient.status}",
            f"the file had to be {wanted} and it is {patient.status}",
            depends_on=depends_on,
        )


def expect_same(
    after: Patient,
    before: Patient,
    fr: str,
    en: str,
    *,
    besides: Mapping[str, Any] | None = None,
    ignoring: Collection[str] = (),
) -> None:
    """Check that two looks at a file show the same, but for ``besides``; what neither look could show is left out.

    Raises:
        UndecidedError: the status or the matricule was not visible: then nothing can be said.
    """
    _ = after.status, before.status, after.matricule, before.matricule
    names = [
        name for name in KEPT if name not in ignoring and was_seen(after, name) and was_seen(before, name)
    ]
    wanted = {name: getattr(before, name) for name in names} | dict(besides or {})
    wrong = [name for name, value in wanted.items() if getattr(after, name) != value]
    if wrong:
        lines = [(label(name), shown(wanted[name]), shown(getattr(after, name))) for name in wrong]
        raise Departure(
            f"{fr} ({' ; '.join(f'{name.fr} : attendu {want.fr}, obtenu {got.fr}' for name, want, got in lines)})",
            f"{en} ({'; '.join(f'{name.en}: expected {want.en}, got {got.en}' for name, want, got in lines)})",
        )


def expect_refusal(walk: Walk, stage: str, fr: str, en: str, *, inferred: bool = False) -> None:
    """Check that the software refused the act of a stage; ``fr`` and ``en`` say what is wrong when it did not."""
    expect(walk.refusal(stage), fr=fr, en=en, inferred=inferred)


def need_code(requests: Collection[ExchangeView], code: str) -> None:
    """Make sure that INSi answered so: otherwise the software was not put to the test."""
    codes = [exchange.code for exchange in requests]
    if code not in codes:
        listed = ", ".join(codes) or "-"
        raise UndecidedError(
            f"INSi n'a pas répondu {code} (réponses : {listed}) : rien n'a été mis à l'épreuve",
            f"INSi did not answer {code} (answers: {listed}): nothing was put to the test",
            verdict=Verdict.INCONCLUSIVE,
            depends_on=("CAL-08",),
        )


def expect_told(call: InsiCall, fr: str, en: str) -> None:
    """Check that the user is told something by a call: words in its message, or an alert; ``fr`` and ``en`` say when."""
    texts = [getattr(call, "message", "")] if was_seen(call, "message") else []
    if was_seen(call, "alerts"):
        texts += [alert.message for alert in call.alerts]
    if not texts:
        raise UndecidedError(
            f"{fr} : message non relevé", f"{en}: message not noted", verdict=Verdict.NOT_TESTED
        )
    expect(
        any(re.search(r"[^\W\d_]{3}", text) for text in texts),
        fr=f"{fr}, aucun message n'informe l'utilisateur",
        en=f"{en}, no message tells the user",
    )
