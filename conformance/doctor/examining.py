"""The order in which a set-up is looked at: what the next thing needs comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.doctor.address import look_at_address
from conformance.doctor.contract import look_at_contract
from conformance.doctor.insi import Trial
from conformance.doctor.notes import BUDGET_S, TITLES, Look
from conformance.doctor.software import look_at_software
from conformance.doctor.tls import look_at_tls
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.doctor.insi import Surroundings
    from conformance.doctor.notes import Notes, Patience
    from conformance.drivers.http import HttpDriver
    from conformance.drivers.subprocess import SubprocessDriver
    from conformance.plan import Plan

DRIVEN = frozenset({"http", "subprocess"})
"""Kinds of driver that can be tried without a person."""


def look_at_software_side(
    plan: Plan,
    driver: HttpDriver | SubprocessDriver,
    around: Surroundings | None,
    notes: Notes,
    patience: Patience,
) -> None:
    """Look at one instance of the software: address, chain, declarations, answers, and its calls to INSi.

    It is emptied (``/reset``) and a few patients are created in it, as each check of a campaign does.

    Args:
        plan: of the campaign.
        driver: of this instance, opened; left as it was.
        around: the simulator and the session; ``None``: there is none, and calls to INSi are not looked at.
        notes: takes the findings.
        patience: how long all of it may take.
    """
    place = None
    if driver.settings.kind == "http":
        place = look_at_address(driver.settings.url, notes, patience)
        if place is None:
            _left_out(notes, Look.SOFTWARE, Look.CLOCK, Look.CONTRACT, Look.INSI)
            return
        if place.scheme == "https":
            look_at_tls(place, driver.settings, notes, patience)
            if notes.stopped_at(Look.TLS, Look.ADDRESS):
                _left_out(notes, Look.SOFTWARE, Look.CLOCK, Look.CONTRACT, Look.INSI)
                return
    software = look_at_software(plan, driver, place, notes, patience)
    if software is None:
        _left_out(notes, Look.CONTRACT, Look.INSI)
        return
    look_at_contract(driver, software, around.session.soap_url if around else _NOWHERE, notes, patience)
    if notes.stopped_at(Look.CONTRACT, Look.DATES) or around is None:
        _left_out(notes, Look.INSI)
    elif patience.is_over:
        _out_of_time(notes)
        _left_out(notes, Look.INSI)
    elif software.verbs:
        Trial(plan=plan, driver=driver, software=software, around=around, notes=notes).run(patience)


_NOWHERE = "http://127.0.0.1:9/banc-doctor"
"""Nobody listens there."""


def _out_of_time(notes: Notes) -> None:
    notes.told(
        Look.TIME,
        Text(
            f"le logiciel répond trop lentement pour tout regarder en {BUDGET_S:g} s",
            f"the software answers too slowly to look at everything within {BUDGET_S:g} s",
        ),
        Text(
            "Une campagne fait des milliers d'actes : voyez ce qui prend du temps, ou prévoyez-le (time_limit du plan).",
            "A campaign does thousands of acts: see what takes time, or allow for it (time_limit of the plan).",
        ),
    )


def _left_out(notes: Notes, *looks: Look) -> None:
    notes.skipped(
        Text(
            ", ".join(TITLES[look].fr for look in looks),
            ", ".join(TITLES[look].en for look in looks),
        )
    )
