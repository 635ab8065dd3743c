"""CAL-14 and CAL-16: what proves to INSi who calls, as far as the wire and the log tell.

A card of the professional signs an assertion, Pro Santé Connect brings one; a login with a password is never enough. The card and
the service themselves are not here: what the software sends in their name is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.screens import Authentication
from conformance.suite.desk.added import added
from conformance.suite.desk.apart import CARD, FROM_INSI
from conformance.suite.desk.card_calls import read_card, try_card_call
from conformance.suite.desk.cards import family
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.sign_in import MEANS, of_professional, sign_in, signing_in
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.security.names import CARD_QUALIFIERS, OTHER_CARD, PSC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import AuditEntry
    from conformance.drivers.protocol import RefusedError
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

CARDS: Final = frozenset({*CARD_QUALIFIERS.values(), OTHER_CARD})
PASSWORD: Final = re.compile(r"<(?:[\w.-]+:)?(?:UsernameToken|Password|MotDePasse)[\s>/]", re.IGNORECASE)
CALLS: Final = 3
"""A second and a third call may lean on what the first one left."""


@pytest.mark.rule("CAL-14")
@pytest.mark.title(
    fr="Authentifié par carte CPx, chaque appel porte l'assertion signée de la carte, le premier comme les suivants",
    en="Signed in by CPx card, each call bears the signed assertion of the card, the first as well as the next",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_card_of_the_professional(desk: Desk, user: str) -> None:
    worker = desk.by(user)
    patient = worker.create(worker.draw())
    with signing_in(worker):
        refusal = sign_in(worker, Authentication.CPX)
        if refusal is not None:
            # Whether whoever calls by certificate owes the card as well is not told by CAL-15 and CAL-14 alike.
            raise Departure(
                f"l'authentification par carte CPx n'est pas possible : {refusal.message}",
                f"signing in by CPx card is not possible: {refusal.message}",
                inferred=True,
            )
        for number in range(1, CALLS + 1):
            _, requests = worker.try_call(patient)
            _expect_signed(_sent(requests, Authentication.CPX), f"appel {number}", f"call {number}")
        # Signed in again, after another means or not, is signed in.
        for means in (Authentication.CERTIFICATE, Authentication.CPX, Authentication.CPX):
            refused = sign_in(worker, means)
        if refused is None:
            _, requests = worker.try_call(patient)
            again = "appel après une nouvelle connexion", "call after a new sign-in"
            _expect_signed(_sent(requests, Authentication.CPX), *again)
        with worker.if_offered(FROM_INSI):
            _, requests = worker.try_search_insi(typed(worker.draw()))
            _expect_signed(_sent(requests, Authentication.CPX), "recherche INSi", "INSi search")


@pytest.mark.rule("CAL-14")
@pytest.mark.title(
    fr="Quel que soit le moyen, aucun appel n'est authentifié par un identifiant et un mot de passe",
    en="Whatever the means, no call is authenticated by a login and a password",
)
def test_no_password(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    offered = 0
    with signing_in(desk):
        for means in MEANS:
            if sign_in(desk, means) is not None:
                continue
            offered += 1
            _, requests = desk.try_call(patient)
            for request in _sent(requests, means):
                expect(
                    not _has_password(request),
                    fr=f"authentifié par {means}, l'appel porte un identifiant et un mot de passe",
                    en=f"signed in by {means}, the call bears a login and a password",
                )
    if not offered:
        raise UndecidedError(
            "le logiciel refuse chacun des moyens d'authentification",
            "the software refuses each of the means of authentication",
            verdict=Verdict.NOT_TESTED,
        )


@pytest.mark.rule("CAL-16")
@pytest.mark.title(
    fr="Authentifié par Pro Santé Connect, l'appel porte l'identité de l'utilisateur, et la trace dit le moyen et l'utilisateur",
    en="Signed in with Pro Santé Connect, the call bears the identity of the user, and the log tells the means and the user",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_pro_sante_connect(desk: Desk, user: str) -> None:
    worker = desk.by(user)
    patient = worker.create(worker.draw())
    with signing_in(worker):
        _need_psc(sign_in(worker, Authentication.PSC))
        for scenario in (None, "answers/not-found", "faults/insi-102"):
            before = desk.logged_calls()
            if scenario:
                desk.insi.install(scenario)
            try:
                _, requests = worker.try_call(patient)
            finally:
                desk.insi.clear_scenarios()
            said = f"({scenario or '00'})"
            for request in _sent(requests, Authentication.PSC):
                _expect_of_user(request, said)
            _expect_noted(added(before, desk.logged_calls()), len(requests), "PSC", worker.user.user, said)
        if user == "super-user":
            with worker.if_offered(CARD):
                _expect_noted_by_card(worker)


def _expect_noted_by_card(desk: Desk) -> None:
    """Check that a call by Vitale card tells by which means the professional signed in, which is no card of theirs."""
    people = family(desk.draw)
    patient = desk.create(people.insured.person)
    reading, before = read_card(desk, people.card()), desk.logged_calls()
    _, requests = try_card_call(desk, reading, people.insured, patient)
    entries = added(before, desk.logged_calls())
    _expect_noted(entries, len(requests), "PSC", desk.user.user, "(carte Vitale)")


@pytest.mark.rule("CAL-16")
@pytest.mark.title(
    fr="La trace suit le moyen de chaque appel : Pro Santé Connect, un autre, Pro Santé Connect de nouveau",
    en="The log follows the means of each call: Pro Santé Connect, another one, Pro Santé Connect again",
)
def test_means_in_turn(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    with signing_in(desk):
        _need_psc(sign_in(desk, Authentication.PSC))
        other = next(
            (
                each
                for each in (Authentication.CPX, Authentication.CERTIFICATE)
                if sign_in(desk, each) is None
            ),
            None,
        )
        turns = [Authentication.PSC, *([other, Authentication.PSC] if other else [])]
        for means in turns:
            _need_psc(sign_in(desk, means))
            before = desk.logged_calls()
            _, requests = desk.try_call(patient)
            for request in _sent(requests, means):
                is_psc = any(each.qualifier == PSC for each in of_professional(request))
                expect(
                    is_psc is (means is Authentication.PSC),
                    fr=f"authentifié par {means}, l'appel part {'avec' if is_psc else 'sans'} Pro Santé Connect",
                    en=f"signed in by {means}, the call leaves {'with' if is_psc else 'without'} Pro Santé Connect",
                )
            _expect_noted(
                added(before, desk.logged_calls()), len(requests), str(means), desk.user.user, f"({means})"
            )


@pytest.mark.rule("CAL-16")
@pytest.mark.title(
    fr="L'appel d'un autre utilisateur que celui qui s'est authentifié est tracé à son nom",
    en="The call of another user than the one who signed in is logged under their own name",
)
def test_called_by_another(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    other = desk.as_super_user()
    with signing_in(desk):
        _need_psc(sign_in(desk, Authentication.PSC))
        before = desk.logged_calls()
        _, requests = other.try_call(patient)
    # A software may want them to sign in first: nothing leaves then.
    for entry in added(before, desk.logged_calls()) if requests else ():
        expect_equal(
            got=entry.user,
            expected=other.user.user,
            fr="utilisateur dans la trace de l'appel, un autre s'étant authentifié",
            en="user in the log of the call, another one having signed in",
        )


def _need_psc(refusal: RefusedError | None) -> None:
    if refusal is not None:
        raise UndecidedError(
            f"le logiciel n'offre pas Pro Santé Connect : {refusal.message}",
            f"the software does not offer Pro Santé Connect: {refusal.message}",
            verdict=Verdict.NOT_TESTED,
        )


def _sent(requests: Sequence[ExchangeView], means: Authentication) -> Sequence[ExchangeView]:
    if not requests:
        raise UndecidedError(
            f"authentifié par {means}, le logiciel n'a envoyé aucune requête",
            f"signed in by {means}, the software sent no request",
            depends_on=("CAL-06", "CAL-18"),
        )
    return requests


def _expect_signed(requests: Sequence[ExchangeView], fr: str, en: str) -> None:
    for request in requests:
        expect(
            any(each.qualifier in CARDS and each.signed for each in of_professional(request)),
            fr=f"{fr} : authentifié par carte CPx, l'appel part sans l'assertion signée de la carte",
            en=f"{en}: signed in by CPx card, the call leaves without the signed assertion of the card",
        )


def _has_password(request: ExchangeView) -> bool:
    basic = any(
        name.lower() == "authorization" and value.lower().startswith("basic")
        for name, value in request.request_headers.items()
    )
    return basic or bool(PASSWORD.search(request.request_xml))


def _expect_of_user(request: ExchangeView, said: str) -> None:
    found = [each for each in of_professional(request) if each.qualifier == PSC]
    expect(
        found,
        fr=f"authentifié par Pro Santé Connect, l'appel part sans son assertion {said}",
        en=f"signed in with Pro Santé Connect, the call leaves without its assertion {said}",
    )
    expect(
        all(each.name_id.strip() for each in found),
        fr=f"l'assertion de Pro Santé Connect ne dit pas qui est l'utilisateur {said}",
        en=f"the assertion of Pro Santé Connect does not say who the user is {said}",
    )


def _expect_noted(entries: Sequence[AuditEntry], sent: int, means: str, user: str, said: str) -> None:
    expect_equal(
        got=len(entries),
        expected=sent,
        fr=f"nombre de traces pour {sent} requête(s) {said}",
        en=f"number of entries for {sent} request(s) {said}",
    )
    for entry in entries:
        if entry.authentication is None and means != Authentication.PSC:
            continue  # The rule asks for it with Pro Santé Connect.
        expect_equal(
            got=entry.authentication,
            expected=means,
            fr=f"mode d'authentification dans la trace de l'appel {said}",
            en=f"means of authentication in the log of the call {said}",
        )
        expect_equal(
            got=entry.user,
            expected=user,
            fr=f"utilisateur dans la trace de l'appel {said}",
            en=f"user in the log of the call {said}",
        )
