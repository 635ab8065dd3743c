"""CAL-11: no call leaves for a doubtful or fictitious identity."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, CallOutcome, InsiCall, Verb
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import DISQUALIFYING_SETS, mark, named
from conformance.suite.call.blocked import expect_blocked
from conformance.suite.desk.apart import CALLS, path
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.wire import asked, need_request
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.drivers.model import Patient
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView

MARKED_CHANGED: Final = path("dossier marqué puis modifié", "file marked, then changed", Verb.UPDATE_PATIENT)


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="L'appel qui partait ne part plus pour personne dès que l'identité est douteuse ou fictive, et rien ne change",
    en="The call that used to leave no longer does for anybody once the identity is doubtful or fictitious, and nothing changes",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_no_call_for_a_doubtful_or_fictitious_identity(desk: Desk, route: Route) -> None:
    blocked: set[tuple[str | None, str | None]] = set()

    def judge(attributes: frozenset[Attribute]) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        _, requests = desk.try_call(patient)
        need_request(requests)
        _expect_nobody_of(blocked, requests)
        blocked.add((patient.birth_name, patient.birth_date))

        def at_once() -> None:
            call, requests = desk.try_call(patient)
            said = named(attributes)
            expect_blocked(
                call, requests, fr=f"que l'on vient de marquer {said}", en=f"that was just marked {said}"
            )

        # On two ways at once, before the file is read again.
        is_at_once = route in {Route.TYPED, Route.IMPORTED_CHECKED}
        before = mark(desk, patient, attributes, at_once=at_once if is_at_once else None)
        for user, actor in (("utilisateur", desk.user), ("super-utilisateur", desk.super_user)):
            for attempt in ("", ", second essai"):
                call, requests = desk.try_call(patient, actor)
                expect_blocked(
                    call,
                    requests,
                    fr=f"d'attribut {named(attributes)} ({user}{attempt})",
                    en=f"with the attribute {named(attributes)} ({user}{attempt})",
                )
        if route is Route.IMPORTED_CHECKED:
            _expect_not_verified(desk, patient, attributes)
        expect_kept(desk.snapshot(patient), before, Moment("après l'appel bloqué", "after the blocked call"))

    expect_each({named(kinds): partial(judge, kinds) for kinds in DISQUALIFYING_SETS})


def _expect_not_verified(desk: Desk, patient: Patient, attributes: frozenset[Attribute]) -> None:
    """Check that the INS that the file had is not sent to be verified either, alone or in a lot."""

    def verify() -> None:
        for act in (
            lambda: desk.lgo.verify_ins(patient.id, actor=desk.user),
            lambda: desk.lgo.start_bulk_verification((patient.id,), actor=desk.user),
        ):
            with desk.if_at_hand(CALLS), suppress(RefusedError):
                act()

    _, requests = desk.during(verify)
    said = named(attributes)
    expect(
        not requests,
        fr=f"{len(requests)} vérification(s) sont parties à INSi pour une identité d'attribut {said}",
        en=f"{len(requests)} verification(s) went to INSi for an identity with the attribute {said}",
    )


def _expect_nobody_of(blocked: set[tuple[str | None, str | None]], requests: Sequence[ExchangeView]) -> None:
    """Check that a call blocked before does not leave with the call for somebody else."""
    for request in requests:
        sent = asked(request)
        expect(
            (sent["birth_name"], sent["birth_date"]) not in blocked,
            fr=f"l'appel bloqué pour {sent['birth_name']} part avec celui d'un autre patient",
            en=f"the call that was blocked for {sent['birth_name']} leaves with that for another patient",
        )


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="Une identité qui reste douteuse reste bloquée quand l'attribut homonyme est ajouté puis retiré, et pour chaque personne de la distribution",
    en="An identity that stays doubtful stays blocked when homonyme is added then removed, and for each person of the cast",
)
def test_still_blocked(desk: Desk) -> None:
    both, doubtful = frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME}), frozenset({Attribute.DOUTEUSE})

    def judge(part: Part, *marks: frozenset[Attribute], change: bool = False, **others: str | None) -> None:
        patient = desk.create(desk.play(part), **others)
        for attributes in marks:
            mark(desk, patient, attributes)
            if not attributes:
                continue
            if change:
                # Taken in or refused, it takes no mark away.
                with desk.if_offered(MARKED_CHANGED), suppress(RefusedError):
                    desk.lgo.update_patient(patient.id, {"used_name": "KVORLAN"}, actor=desk.user)
            call, requests = desk.try_call(patient)
            said = "→".join(map(named, marks))
            expect_blocked(call, requests, fr=f"d'attribut {said}", en=f"with the attribute {said}")

    expect_each(
        {
            "homonyme retiré": partial(judge, CAST[0], both, doubtful, birth_place="99999"),
            "homonyme ajouté": partial(judge, CAST[0], doubtful, both, first_names=None),
            **{part.key: partial(judge, part, doubtful) for part in CAST},
            "marque posée de nouveau": partial(judge, CAST[0], doubtful, frozenset(), doubtful),
            "fictive, puis modifiée": partial(judge, CAST[-1], frozenset({Attribute.FICTIVE}), change=True),
        }
    )


@pytest.mark.rule("CAL-11")
@pytest.mark.title(
    fr="L'attribut homonyme seul ne bloque pas l'appel, et l'attribut retiré ne le bloque plus",
    en="The attribute homonym alone does not block the call, and one that was removed no longer does",
)
# A software may see no use in a call for an identity that is qualifiée already: the two others need one.
@pytest.mark.parametrize("route", [Route.TYPED, Route.CHECKED], ids=str)
def test_the_call_leaves(desk: Desk, route: Route) -> None:
    def judge(first: frozenset[Attribute], then: frozenset[Attribute]) -> None:
        patient = desk.bring(desk.draw(), route, **NAMES_IN_USE)
        mark(desk, patient, first)
        # Blocked or not: what was tried meanwhile must not count afterwards.
        call, _ = desk.try_call(patient)
        if isinstance(call, InsiCall) and call.outcome is CallOutcome.FOUND:
            desk.decide(call, accept=False)
        if then != first:
            mark(desk, patient, then)
        call, requests = desk.try_call(patient)
        if not requests:
            raise Departure(
                f"attributs {named(first)} puis {named(then)} : l'appel ne part plus ({call})",
                f"attributes {named(first)} then {named(then)}: the call no longer leaves ({call})",
                # That the call is possible again is a deduction: the block holds "as long as" the attribute is set.
                inferred=not first <= {Attribute.HOMONYME},
            )

    homonym, none = frozenset({Attribute.HOMONYME}), frozenset[Attribute]()
    cases = {"homonyme": partial(judge, homonym, homonym)}
    for kinds in DISQUALIFYING_SETS:
        cases[f"{named(kinds)}→aucun"] = partial(judge, kinds, none)
    cases["DOUTEUSE+HOMONYME→HOMONYME"] = partial(judge, DISQUALIFYING_SETS[-1], homonym)
    expect_each(cases)
