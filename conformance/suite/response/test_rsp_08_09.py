"""RSP-08, RSP-09 and ERR-04: answers 00 that must not be taken, and answers that cannot be read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from conformance.drivers.model import Patient
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import FROM_INSI, WITHOUT_WAITING
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect_each, expect_equal
from conformance.suite.desk.people import typed
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.started import without_waiting
from conformance.suite.response.refusals import (
    altered,
    expect_not_created,
    expect_not_imported,
    raw,
    with_somebody,
)
from simulator.contract.names import RESULTAT
from simulator.contract.soap import envelope

if TYPE_CHECKING:
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

FILTERED = {
    "RSP-08": ("safety/lunar-day", "safety/lunar-month", "safety/lunar-both"),
    "RSP-09": (
        "safety/empty-birth-name",
        "safety/empty-first-names",
        "safety/empty-sex",
        "safety/no-first-names",
    ),
    "ERR-04": ("safety/wrong-key", "safety/unknown-oid", "safety/no-key"),
}
"""Answers 00 by the rule that says that they are not taken."""

UNREADABLE = (
    "chaos/malformed-xml-cut-tag",
    "chaos/malformed-xml-crossed-tags",
    "chaos/malformed-xml-control-character",
    "chaos/truncated-body",
    "chaos/empty-body",
    "chaos/html-maintenance",
    "chaos/unknown-code-answer",
)

CASES = [
    pytest.param(rule, scenario, marks=pytest.mark.rule(rule), id=f"{rule}-{scenario.partition('/')[2]}")
    for rule, scenarios in FILTERED.items()
    for scenario in scenarios
]


@pytest.mark.title(
    fr="Ce retour 00 n'est importé à aucun statut, rien ne change, l'utilisateur sait pourquoi, et la vraie réponse est reprise",
    en="This answer 00 is imported at no status, nothing changes, the user knows why, and the true answer is taken again",
)
@pytest.mark.parametrize(("rule", "scenario"), CASES)
@FROM_INSI.mark
def test_filtered(desk: Desk, rule: str, scenario: str) -> None:
    # The first of each rule for every way to a status, the others for one way to each.
    ways = (
        routes()
        if scenario == FILTERED[rule][0]
        else [Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.CHECKED_IMPORTED]
    )
    expect_each(
        {str(route): partial(expect_not_imported, desk, scenario, route, "patient") for route in ways}
    )


@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis ce retour 00, et l'utilisateur sait pourquoi",
    en="No file is created from this answer 00, and the user knows why",
)
@pytest.mark.parametrize(("rule", "scenario"), CASES)
@FROM_INSI.mark
def test_filtered_at_creation(desk: Desk, rule: str, scenario: str) -> None:
    assert rule
    expect_not_created(desk, scenario, "patient")


@pytest.mark.title(
    fr="Un utilisateur habilité n'importe pas davantage ce retour 00",
    en="An entitled user does not import this answer 00 either",
)
@pytest.mark.parametrize(("rule", "scenario"), CASES)
@FROM_INSI.mark
def test_filtered_for_everybody(desk: Desk, rule: str, scenario: str) -> None:
    assert rule
    expect_not_imported(desk.as_super_user(), scenario, Route.TYPED, "patient")
    expect_not_created(desk.as_super_user(), scenario, "patient")


@pytest.mark.title(
    fr="Un appel lancé sans attendre n'importe pas davantage ce retour 00",
    en="A call started without waiting does not import this answer 00 either",
)
@pytest.mark.parametrize(
    ("rule", "scenario"),
    [pytest.param(rule, each[0], marks=pytest.mark.rule(rule), id=rule) for rule, each in FILTERED.items()],
)
@WITHOUT_WAITING.mark
def test_filtered_without_waiting(desk: Desk, rule: str, scenario: str) -> None:
    cases = {
        "utilisateur": partial(
            expect_not_imported, without_waiting(desk), scenario, Route.CHECKED, "patient"
        ),
        "super-utilisateur": partial(
            expect_not_imported, without_waiting(desk.as_super_user()), scenario, Route.IMPORTED, "patient"
        ),
    }
    if rule == "ERR-04":
        cases[UNREADABLE[0]] = partial(
            expect_not_imported, without_waiting(desk), UNREADABLE[0], Route.CHECKED
        )
    expect_each(cases)


@pytest.mark.rule("RSP-08")
@pytest.mark.title(
    fr="Une date incomplète n'est pas reprise non plus d'un centenaire, d'un enfant, ni d'un patient né un 1er janvier ou un 31 décembre",
    en="An incomplete date is not taken from a centenarian, a child, or somebody born on 1 January or 31 December either",
)
@pytest.mark.parametrize("scenario", FILTERED["RSP-08"])
def test_incomplete_date_for_everybody(desk: Desk, scenario: str) -> None:
    def judge(key: str) -> None:
        expect_not_imported(desk, scenario, Route.TYPED, "patient", person=desk.play(PARTS[key]))

    parts = (
        "apostrophe-1912",
        "short-names-new-year",
        "long-names-overseas-new-year-eve",
        "child-several-separators",
    )
    expect_each({key: partial(judge, key) for key in parts})


@pytest.mark.rule("RSP-08")
@pytest.mark.title(
    fr="D'une date incomplète rien n'est repris, ni l'année ni le mois, quand elles diffèrent de celles du dossier",
    en="Of an incomplete date nothing is taken, neither year nor month, when they differ from those of the file",
)
@pytest.mark.parametrize("route", [Route.TYPED, Route.IMPORTED, Route.CHECKED], ids=str)
def test_parts_of_an_incomplete_date(desk: Desk, route: Route) -> None:
    dates = ("1931-05-00", "1931-00-17", "1931-00-00")
    expect_each(
        {
            date: partial(
                expect_not_imported, desk, altered(f"other-{date}", {"birth_date": date}), route, "patient"
            )
            for date in dates
        }
    )


ABSENT: dict[str, dict[str, str | None]] = {
    "absent-birth-name": {"birth_name": None},
    "absent-sex": {"sex": None},
    "absent-first-names": {"first_names": None, "first_name": None},
    "empty-first-names-with-prenom": {"first_names": "", "first_name": "PRENOMBANC"},
    "absent-first-names-with-prenom": {"first_names": None, "first_name": "PRENOMBANC"},
}
"""An element that is not there is as empty as one that holds nothing; a Prenom does not stand in for the list (RSP-03)."""

BLANK: dict[str, dict[str, str | None]] = {
    "blank-birth-name": {"birth_name": " "},
    "blank-first-names": {"first_names": " "},
    "blank-sex": {"sex": " "},
}


@pytest.mark.rule("RSP-09")
@pytest.mark.title(
    fr="Un nom, une liste ou un sexe absent de la réponse vaut un champ vide",
    en="A name, a list or a sex absent from the answer is worth an empty one",
)
@pytest.mark.parametrize("case", ABSENT)
def test_absent_trait(desk: Desk, case: str) -> None:
    scenario = altered(case, ABSENT[case])
    expect_each(
        {
            str(route): partial(expect_not_imported, desk, scenario, route, "patient")
            for route in (Route.TYPED, Route.IMPORTED, Route.CHECKED)
        }
    )


@pytest.mark.rule("RSP-09")
@pytest.mark.title(
    fr="Un nom, une liste ou un sexe fait d'espaces n'est pas repris",
    en="A name, a list or a sex made of spaces is not taken",
)
@pytest.mark.parametrize("case", BLANK)
def test_blank_trait(desk: Desk, case: str) -> None:
    # No text says that spaces are worth nothing.
    expect_not_imported(desk, altered(case, BLANK[case]), Route.TYPED, "patient", inferred=True)


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une date de naissance qu'aucun calendrier n'a, et que le schéma admet, n'est pas reprise",
    en="A birth date that no calendar has, and that the schema admits, is not taken",
)
def test_impossible_date(desk: Desk) -> None:
    # Seen: the pattern of the contract lets such dates pass, so that their sense is for both sides (insi-contract §9.14).
    dates = {"mois 13": "1984-13-05", "jour 32": "1984-05-32"}
    expect_each(
        {
            name: partial(
                expect_not_imported,
                desk,
                altered(f"other-{date}", {"birth_date": date}),
                Route.TYPED,
                "patient",
                inferred=True,
            )
            for name, date in dates.items()
        }
    )


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une clé fausse est vue pour chacun : Corse, outre-mer, étranger, numéro d'attente, et un numéro trop court aussi",
    en="A wrong key is seen for everybody: Corsica, overseas, abroad, waiting number, and a number too short as well",
)
@pytest.mark.parametrize("scenario", ["safety/wrong-key", "safety/no-key"])
def test_wrong_key_for_everybody(desk: Desk, scenario: str) -> None:
    def judge(key: str) -> None:
        expect_not_imported(desk, scenario, Route.TYPED, "patient", person=desk.play(PARTS[key]))

    parts = (
        "particle-corsica-2b",
        "one-former-number-corsica-2a",
        "long-names-overseas-new-year-eve",
        "double-hyphen-abroad-summer",
        "waiting-number-four-first-names",
    )
    expect_each({key: partial(judge, key) for key in parts})


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une réponse sans date de naissance n'en donne aucune au dossier",
    en="An answer without a birth date gives the file none",
)
@FROM_INSI.mark
def test_absent_date(desk: Desk) -> None:
    def judge(date: str | None, *, new: bool) -> None:
        person = desk.draw()
        traits = person.identity.traits
        patient = None if new else desk.create(person)
        with desk.answered_by(
            altered("absent-date" if date is None else "empty-date", {"birth_date": date}), patient=person
        ):
            call, _ = desk.try_search_insi(typed(person)) if patient is None else desk.try_call(patient)
            taken = None if isinstance(call, RefusedError) else desk.try_accept(call)
        files = [desk.read(patient)] if patient else [taken] if isinstance(taken, Patient) else []
        # Refused, or taken with the date that was typed: no text says which.
        for file in files:
            expect_equal(
                got=file.birth_date,
                expected=traits.birth_date,
                fr="date de naissance du dossier, après un retour 00 qui n'en dit pas",
                en="birth date of the file, after an answer 00 that tells none",
                inferred=True,
            )

    expect_each(
        {
            "absente": partial(judge, None, new=False),
            "vide": partial(judge, "", new=False),
            "absente, création": partial(judge, None, new=True),
        }
    )


OTHER_NUMBERS: dict[str, dict[str, str | None]] = {
    "billing-oid": {"oid": "1.2.250.1.213.1.4.13"},
    "billing-oid-nia": {"oid": "1.2.250.1.213.1.4.14"},
    "former-oid": {"oid": "1.2.250.1.213.1.4.2"},
    "empty-oid": {"oid": ""},
    "longer-oid": {"oid": "1.2.250.1.213.1.4.80"},
    "long-number": {"key": "{key}0"},
}
"""Numbers that are none of an INS, beside those of the scenarios that ship."""


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Un OID de facturation, ancien ou vide n'est pas celui d'une INS, ni un numéro trop long son matricule",
    en="An OID of billing, a former one or an empty one is not that of an INS, nor is a number too long its matricule",
)
@pytest.mark.parametrize("case", OTHER_NUMBERS)
def test_other_oids(desk: Desk, case: str) -> None:
    scenario = altered(case, OTHER_NUMBERS[case])
    # A second way for one of each kind; the others are told apart from these by their digits alone.
    once = case in {"billing-oid-nia", "former-oid", "empty-oid"}
    ways = (Route.TYPED,) if once else (Route.TYPED, Route.CHECKED_IMPORTED)
    expect_each(
        {str(route): partial(expect_not_imported, desk, scenario, route, "patient") for route in ways}
    )


HOLLOW: dict[str, str] = {
    "found-without-anybody": "<CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR>",
    "found-with-an-empty-individual": "<CR><CodeCR>00</CodeCR><LibelleCR>OK</LibelleCR></CR><INDIVIDU/>",
    "without-code": "<CR><LibelleCR>OK</LibelleCR></CR>",
    "empty-code": "<CR><CodeCR></CodeCR><LibelleCR>OK</LibelleCR></CR>",
    "nothing": "",
}
"""Answers that INSi never gives, well-formed and empty of what a software reads in them."""


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Un retour 00 sans identité, ou sans code, n'est pris ni pour une identité, ni pour « personne », ni pour « plusieurs »",
    en="An answer 00 without an identity, or without a code, is taken neither for an identity, nor for “nobody”, nor for “several”",
)
def test_hollow_answer(desk: Desk) -> None:
    cases = {name: (hollow(name), Route.TYPED) for name in HOLLOW}
    cases["found-without-anybody, qualifiée"] = (hollow("found-without-anybody"), Route.CHECKED_IMPORTED)
    judges = {name: partial(expect_not_imported, desk, *case) for name, case in cases.items()}
    for route in (Route.TYPED, Route.CHECKED):
        person = desk.draw()
        judges[f"without-code-with-somebody, {route}"] = partial(
            expect_not_imported, desk, _without_code(person), route, person=person
        )
    expect_each(judges)


def hollow(name: str) -> dict[str, Any]:
    """Return the scenario of one of ``HOLLOW``."""
    return raw(name, envelope(f'<RESULTAT xmlns="{RESULTAT}">{HOLLOW[name]}</RESULTAT>'))


def _without_code(person: Person) -> dict[str, Any]:
    """Return a scenario in which INSi answers with a person, and with a code that holds nothing."""
    return with_somebody("without-code-with-somebody", "", person)


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Une réponse illisible ou au code inconnu n'est ni importée ni prise pour une autre, à chaque statut",
    en="An answer that cannot be read or has an unknown code is neither imported nor taken for another, at each status",
)
@pytest.mark.parametrize("scenario", UNREADABLE)
def test_unreadable_answer(desk: Desk, scenario: str) -> None:
    ways = (
        (Route.TYPED, Route.IMPORTED, Route.CHECKED, Route.CHECKED_IMPORTED)
        if scenario.endswith("cut-tag")
        else (Route.TYPED, Route.IMPORTED_CHECKED)
    )
    expect_each({str(route): partial(expect_not_imported, desk, scenario, route) for route in ways})


@pytest.mark.rule("ERR-04")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis une réponse illisible ou au code inconnu",
    en="No file is created from an answer that cannot be read or has an unknown code",
)
@FROM_INSI.mark
def test_unreadable_at_creation(desk: Desk) -> None:
    expect_each({scenario: partial(expect_not_created, desk, scenario) for scenario in UNREADABLE})
