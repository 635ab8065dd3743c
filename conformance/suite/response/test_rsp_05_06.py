"""RSP-05 and RSP-06: the 1er prénom is the user's, and has to be the start of the list that INSi returns."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.snapshot import ANYTHING, Moment, expect_kept
from conformance.suite.desk.started import without_waiting
from conformance.suite.desk.steps import USERS
from conformance.suite.desk.told import told
from conformance.suite.desk.words import insi_values
from conformance.suite.journeys.cast import created_from_insi, typed_then_fed
from conformance.suite.response.first_names import (
    about_first_name,
    alerts_told,
    expect_alert,
    expect_first_name,
    expect_table,
    made,
    names_of,
    other_list,
    three_plain_names,
    told_beside,
    usual_words,
    with_list,
)
from conformance.suite.response.proposals import accepted, proposed, proposed_for_creation
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Taken, Trip

COHERENT = {
    "premier": "{0}",
    "deux premiers": "{0} {1}",
    "deux premiers, tiret": "{0}-{1}",
    "tous, tirets": "{0}-{1}-{2}",
    "tous": "{0} {1} {2}",
}
"""1ers prénoms made from a list of three, which are the start of it."""

INCOHERENT = {
    "deuxième": "{1}",
    "troisième": "{2}",
    "premier tronqué": "{cut}",
    "deuxième puis premier": "{1} {0}",
    "premier puis troisième": "{0} {2}",
    "premier allongé": "{0}E",
    "deuxième et troisième": "{1}-{2}",
    "deuxième tronqué": "{0} {cut1}",
    "tous et un de plus": "{0} {1} {2} KVORLAN",
}
"""And those that are not."""

COMPOUND = {
    "{0}": True,
    "{0} {1}": True,
    "{0}-{1}": True,
    "{0}'{1}": True,
    "{0}-{1} {2}": True,
    "{1}": False,
    "{1} {2}": False,
    "{2}": False,
}
"""For a list whose first name is compound; that its first half alone starts it is left open (``simulator.ins``)."""

JUDGES: Final = re.compile(r"list|début|debut|start|coh[ée]r|correspond|diff|match")
"""What an alert says that judges the 1er prénom, and does not just remind of it."""

_NO_INS: Final = {"matricule": None, "oid": None}
LOWERED: Final[Mapping[Status, Mapping[str, object]]] = {
    Status.VALI: {"status": Status.PROV, "proof": ANYTHING},
    Status.RECUP: {"status": Status.PROV, **_NO_INS},
    Status.QUAL: {"status": Status.VALI, **_NO_INS},
}
"""What changes in a file whose status falls with a trait."""


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Le 1er prénom saisi reste à la lettre après l'import, pour chaque personne de la distribution",
    en="The 1er prénom typed stays to the letter after the import, for each person of the cast",
)
@pytest.mark.parametrize("journey", [typed_then_fed, created_from_insi], ids=["typed", "from-insi"])
def test_cast(desk: Desk, journey: Taken) -> None:
    def judge(trip: Trip) -> None:
        for stage in ("fed", "qualified"):
            if stage in trip.seen:
                expect_first_name(trip.seen[stage].patient.first_name, trip.traits.first_name)

    journey(desk).expect(desk, ["answered", "fed"], judge)


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="L'alerte sur le 1er prénom vient aussi d'un appel lancé sans attendre, et l'acceptation le laisse tel que saisi",
    en="The alert on the 1er prénom comes from a call started without waiting as well, and acceptance leaves it as typed",
)
@WITHOUT_WAITING.mark
def test_alert_without_waiting(desk: Desk) -> None:
    worker, person = without_waiting(desk), three_plain_names(desk)
    call = expect_table(worker, person, made("{1}", person), usual_words(worker), coherent=False)
    expect_first_name(accepted(worker, call).first_name, made("{1}", person))


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Un 1er prénom, cohérent ou non, reste tel que saisi après l'import, à chaque statut",
    en="A 1er prénom, coherent or not, stays as typed after the import, at each status",
)
@pytest.mark.parametrize(
    "route", [Route.TYPED, Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str
)
def test_first_name_is_kept(desk: Desk, route: Route) -> None:
    def judge(pattern: str) -> None:
        person = three_plain_names(desk)
        first_name = made(pattern, person)
        if route in {Route.TYPED, Route.CHECKED}:
            patient = desk.bring(person, route, first_name=first_name, first_names=None)
        else:
            if pattern not in COHERENT.values():
                first_name = person.first_name  # As it has to be, to be fed at all.
            patient = desk.bring(person, route, first_name=first_name)
        call = proposed(
            desk, patient, person if route in {Route.TYPED, Route.CHECKED} else other_list(person)
        )
        after = accepted(desk, call)
        expect_first_name(after.first_name, first_name)
        expect_equal(
            got=after.matricule,
            expected=insi_values(person)["matricule"],
            fr="matricule après acceptation",
            en="matricule after acceptance",
        )

    patterns = (
        {**COHERENT, **INCOHERENT}
        if route is Route.TYPED
        else {"deux premiers, tiret": "{0}-{1}", "deuxième": "{1}"}
    )
    cases = {name: partial(judge, pattern) for name, pattern in patterns.items()}
    if route is Route.TYPED:
        cases["début d'un composé"] = partial(_expect_half_is_kept, desk)
    expect_each(cases)


def _expect_half_is_kept(desk: Desk) -> None:
    """Check the first half of a compound 1er prénom: whether it is coherent is left open, that it stays is not."""
    person = desk.draw(compound_first_name=True, first_names_count=2)
    half = person.first_name.partition("-")[0]
    call = proposed(desk, desk.create(person, first_name=half, first_names=None), person)
    expect_first_name(accepted(desk, call).first_name, half)


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Le 1er prénom saisi pour une recherche INSi, cohérent ou non, est celui du dossier créé",
    en="The 1er prénom typed for an INSi search, coherent or not, is that of the file created",
)
@pytest.mark.parametrize("user", USERS)
@FROM_INSI.mark
def test_first_name_is_kept_at_creation(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(pattern: str) -> None:
        person = three_plain_names(desk)
        first_name = made(pattern, person)
        call = proposed_for_creation(desk, person, first_name=first_name, first_names=None)
        expect_first_name(accepted(desk, call).first_name, first_name)

    patterns = {**COHERENT, "deuxième": "{1}", "troisième": "{2}"}
    expect_each({name: partial(judge, pattern) for name, pattern in patterns.items()})


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Un utilisateur habilité reçoit la même alerte, et aussi pour un 1er prénom composé",
    en="An entitled user gets the same alert, and so they do for a compound 1er prénom",
)
@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("pattern", ["{1}", "{1}-{2}", "{2}-{0}"])
def test_alert_for_everybody(desk: Desk, pattern: str, user: str) -> None:
    desk = desk.by(user)
    usual = usual_words(desk)
    person = three_plain_names(desk)
    expect_table(desk, person, made(pattern, person), usual, coherent=False)


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="Quand le 1er prénom est celui de la liste, aucune alerte ne parle du 1er prénom",
    en="When the 1er prénom is that of the list, no alert is about the 1er prénom",
)
def test_ordinary_case_without_alert(desk: Desk) -> None:
    person = three_plain_names(desk)
    call = proposed(desk, desk.create(person, first_names=None), person)
    alerts = alerts_told(desk, call, person, "")
    about = frozenset(words for words in alerts if about_first_name(frozenset({words})))
    if about and not any(JUDGES.search(words) for words in about) and _incoherent_alerts(desk) - alerts:
        return  # A reminder with every answer: what is not coherent is told in other words.
    expect(
        not about,
        fr=f"alerte sur le 1er prénom dans un cas ordinaire : {', '.join(sorted(about))}",
        en=f"alert on the 1er prénom in an ordinary case: {', '.join(sorted(about))}",
        # What else a software may have to say of a first name is in no text.
        inferred=True,
    )


def _incoherent_alerts(desk: Desk) -> frozenset[str]:
    """Return what is told in alerts of a 1er prénom that is not the start of the list."""
    person = three_plain_names(desk)
    patient = desk.create(person, first_name=made("{1}", person), first_names=None)
    return frozenset(alerts_told(desk, proposed(desk, patient, person), person, ""))


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Un 1er prénom qui n'est pas le début de la liste déclenche une alerte, à chaque statut et à la création depuis INSi",
    en="A 1er prénom that is not the start of the list raises an alert, at each status and at creation from INSi",
)
@FROM_INSI.mark
def test_first_name_alert(desk: Desk) -> None:
    def found_by_another_name() -> None:
        # The 1er prénom finds nobody, the next of the list does.
        person = three_plain_names(desk)
        first, second = person.identity.traits.first_names.split()[:2]
        patient = desk.create(person, first_name=second, first_names=f"{second} {first}")
        call, _ = desk.try_call(patient)
        if isinstance(call, RefusedError) or call.outcome is not CallOutcome.FOUND:
            return  # How often a software asks is its own.
        named = "la liste ne commence pas par le 1er prénom"
        expect_alert(desk, call, person, usual_words(desk), named, expected=True)

    def judge(route: Route | None) -> None:
        person = three_plain_names(desk)
        second = person.identity.traits.first_names.split()[1]
        if route is None:
            call = proposed_for_creation(desk, person, first_name=second, first_names=None)
            usual = proposed_for_creation(desk, other := three_plain_names(desk), first_names=None)
        elif route.is_from_insi or route in {Route.IMPORTED, Route.IMPORTED_CHECKED, Route.CHECKED_IMPORTED}:
            call = proposed(desk, desk.bring(person, route), other_list(person))
            usual = proposed(desk, desk.bring(other := three_plain_names(desk), route), other)
        else:
            call = proposed(desk, desk.bring(person, route, first_name=second, first_names=None), person)
            usual = proposed(
                desk, desk.bring(other := three_plain_names(desk), route, first_names=None), other
            )
        expect_alert(
            desk,
            call,
            person,
            told_beside(desk, usual, other),
            "la liste ne commence pas par le 1er prénom",
            expected=True,
        )

    expect_each(
        {
            **{str(route): partial(judge, route) for route in routes()},
            "création depuis INSi": partial(judge, None),
            "trouvé par le prénom suivant": found_by_another_name,
        }
    )


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="L'alerte sur le 1er prénom suit la table de décision",
    en="The alert on the 1er prénom follows the decision table",
)
def test_start_of_the_list(desk: Desk) -> None:
    usual = usual_words(desk)

    def judge(pattern: str, *, coherent: bool) -> None:
        person = three_plain_names(desk)
        expect_table(desk, person, made(pattern, person), usual, coherent=coherent)

    cases = {name: partial(judge, pattern, coherent=True) for name, pattern in COHERENT.items()}
    cases |= {name: partial(judge, pattern, coherent=False) for name, pattern in INCOHERENT.items()}
    expect_each(cases)


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="La table vaut aussi pour un prénom composé, à tiret ou à apostrophe, le signe valant un espace",
    en="The table holds for a compound first name too, with hyphen or apostrophe, the sign being worth a space",
)
@pytest.mark.parametrize("sign", ["-", "'"], ids=["hyphen", "apostrophe"])
def test_compound_first_name(desk: Desk, sign: str) -> None:
    usual = usual_words(desk)

    def judge(pattern: str, *, coherent: bool) -> None:
        person = three_plain_names(desk)
        names = person.identity.traits.first_names.split()
        answer = with_list(person, f"{names[0]}{sign}{names[1]} {names[2]} VIZBELA KURZINE")
        expect_table(desk, answer, pattern.format(*names), usual, coherent=coherent)

    expect_each(
        {pattern: partial(judge, pattern, coherent=coherent) for pattern, coherent in COMPOUND.items()}
    )


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="Aucune alerte sur le 1er prénom pour les personnes de la distribution, dont il est le début de la liste",
    en="No alert on the 1er prénom for the people of the cast, of whose list it is the start",
)
def test_cast_without_alert(desk: Desk) -> None:
    usual = usual_words(desk)

    def judge(trip: Trip) -> None:
        call, proposal = trip.seen["called"][0], trip.seen["proposal"]
        if trip.person.identity.history:
            return  # A former number may be worth an alert of its own.
        alerts = [alert.message for alert in (*call.alerts, *proposal.alerts)]
        got = told(replace(call, message="", alerts=()), about=names_of(trip.person), alerts=alerts)
        new = got.words - usual.words
        expect(
            not (new and about_first_name(new)),
            fr=f"alerte à tort sur le 1er prénom : {new}",
            en=f"unfounded alert on the 1er prénom: {new}",
        )

    typed_then_fed(desk).expect(desk, ["answered", "proposal"], judge)


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="Le 1er prénom reste modifiable, tant qu'il est cohérent, à chaque statut, et rien d'autre ne change",
    en="The 1er prénom stays editable at each status as long as it is coherent, and nothing else changes",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
@pytest.mark.parametrize("route", routes(), ids=str)
def test_first_name_stays_editable(desk: Desk, route: Route, user: str) -> None:
    actor = desk.super_user if user == "super-user" else desk.user
    # Règle 26 does not lock this field, but a draft scenario of Règle 27 counts it among the strict traits.
    is_open = route.status in {Status.RECUP, Status.QUAL}

    def judge(pattern: str) -> None:
        person = three_plain_names(desk)
        before = desk.snapshot(desk.bring(person, route, **NAMES_IN_USE))
        first_name = made(pattern, person)
        try:
            desk.lgo.update_patient(before.patient.id, {"first_name": first_name}, actor=actor)
        except RefusedError as refusal:
            if first_name == before.patient.first_name:
                return  # Nothing was to be changed.
            raise Departure(
                f"au statut {route.status}, le 1er prénom ne peut pas devenir {first_name} : {refusal.message}",
                f"at status {route.status}, the 1er prénom cannot become {first_name}: {refusal.message}",
                inferred=is_open,
            ) from refusal
        after = desk.snapshot(before.patient)
        # Whether an entitled user lowers the identity by it, and what a change does to VALI, is in no text that was read.
        may_lower = route.status is Status.VALI or (is_open and actor is desk.super_user)
        lowered = LOWERED[route.status] if may_lower and after.patient.status is not route.status else {}
        expect_kept(
            after,
            before,
            Moment(f"1er prénom devenu {first_name}", f"1er prénom become {first_name}"),
            besides={"first_name": first_name, **lowered},
            inferred=is_open,
        )

    expect_each({name: partial(judge, pattern) for name, pattern in COHERENT.items()})
