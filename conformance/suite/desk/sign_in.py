"""The user signs in by one means after another, and what calls then leave."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Authentication
from conformance.suite.desk.card_calls import assertions
from simulator.security.names import APCV, VITALE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.drivers.model import Patient
    from conformance.suite.desk.card_calls import Assertion
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

MEANS: Final = (Authentication.CPX, Authentication.PSC, Authentication.CERTIFICATE)
"""A card first: the checks that follow could not be called with one, which our INSi may not know."""


@contextmanager
def signing_in(desk: Desk) -> Iterator[None]:
    """Leave the user signed in by a means that any INSi of ours takes, whatever was chosen inside."""
    try:
        yield
    finally:
        for means in (Authentication.CERTIFICATE, Authentication.PSC):
            if sign_in(desk, means) is None:
                break


def sign_in(desk: Desk, means: Authentication) -> RefusedError | None:
    """Sign the user in; return the refusal of a software that does not have this means."""
    try:
        desk.lgo.choose_authentication(means, actor=desk.user)
    except RefusedError as refusal:
        return refusal
    return None


def requests_by(desk: Desk, patient: Patient) -> list[ExchangeView]:
    """Call INSi for a patient, whatever comes of it, and return what left."""
    _, requests = desk.try_call(patient)
    return requests


def of_professional(exchange: ExchangeView) -> list[Assertion]:
    """Return the assertions of a request that are not those of a Vitale card."""
    return [each for each in assertions(exchange) if each.qualifier not in {VITALE, APCV}]
