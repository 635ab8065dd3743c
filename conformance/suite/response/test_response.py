"""What is done with an identity that INSi found: comparison, decision, import, trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.expect import expect, expect_equal
from conformance.suite.desk.people import PLAIN, typed
from conformance.suite.desk.wire import need_answer, need_request
from conformance.suite.desk.words import FIELD, expect_unchanged, expect_values, insi_values
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.drivers.model import InsiCall
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

COMPARED = ("birth_name", "first_names", "birth_date", "sex", "birth_place")
"""The strict traits, which the comparison shows on both sides."""


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Rien n'est écrit avant la décision, les différences sont signalées, le refus ne change rien",
    en="Nothing is written before the decision, differences are flagged, a refusal changes nothing",
)
def test_comparison_and_refusal(desk: Desk) -> None:
    person = desk.draw()
    # Local and INSi birth places differ; the names, the sex and the date agree.
    elsewhere = _other_place(desk, person)
    desk.insi.install("answers/whatever-traits", patient=person)
    before = desk.create(person, birth_place=elsewhere)
    call, requests = desk.during(lambda: desk.find(before))
    need_answer(requests, "answers/whatever-traits")
    expect_unchanged(
        desk.read(before),
        before,
        fr="avant toute décision de l'utilisateur",
        en="before any decision of the user",
    )

    proposal = desk.lgo.read_proposal(call.id, actor=desk.user)
    lines = {line.field: line for line in proposal.fields}
    expected = insi_values(person)
    for name in COMPARED:
        label = FIELD[name]
        expect(
            name in lines,
            fr=f"la comparaison ne montre pas : {label.fr}",
            en=f"the comparison does not show: {label.en}",
        )
        line = lines[name]
        expect_values(
            {name: line.local}, {name: getattr(before, name)}, fr="côté local faux", en="wrong local side"
        )
        expect_values({name: line.insi}, {name: expected[name]}, fr="côté INSi faux", en="wrong INSi side")
        is_different = line.local != line.insi
        expect(
            line.different == is_different,
            fr=f"{label.fr} : la comparaison {'ne signale pas la' if is_different else 'signale une'} différence",
            en=f"{label.en}: the comparison flags {'no' if is_different else 'a'} difference",
        )

    desk.decide(call, accept=False)
    expect_unchanged(
        desk.read(before), before, fr="malgré le refus de l'utilisateur", en="although the user refused"
    )


@pytest.mark.rule("RSP-01")
@pytest.mark.title(
    fr="Aucun dossier n'est créé depuis INSi avant la décision, ni après un refus",
    en="No file is created from INSi before the decision, nor after a refusal",
)
def test_creation_refused(desk: Desk) -> None:
    person = desk.draw()
    call = _search_insi(desk, person)
    day = person.identity.traits.birth_date
    expect(
        not desk.born_on(day),
        fr="un dossier a été créé avant la décision de l'utilisateur",
        en="a file was created before the decision of the user",
    )
    desk.decide(call, accept=False)
    expect(
        not desk.born_on(day),
        fr="un dossier a été créé malgré le refus de l'utilisateur",
        en="a file was created although the user refused",
    )


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Après acceptation, les sept données du dossier sont celles d'INSi",
    en="After acceptance, the seven data of the file are those of INSi",
)
@pytest.mark.parametrize("nature", ["NIR", "NIA"])
def test_seven_values(desk: Desk, nature: str) -> None:
    person = desk.draw(nia=nature == "NIA", first_names_count=2)
    desk.insi.install("answers/whatever-traits", patient=person)
    # Typed with another place and without the list, so that both are seen to be fed.
    patient = desk.create(person, first_names=None, birth_place=_other_place(desk, person))
    call, requests = desk.during(lambda: desk.find(patient))
    need_answer(requests, "answers/whatever-traits")
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    expect_values(
        desk.read(patient),
        insi_values(person),
        fr="le dossier n'est pas alimenté par INSi",
        en="the file is not fed from INSi",
    )


@pytest.mark.rule("RSP-02")
@pytest.mark.title(
    fr="Un dossier créé depuis INSi porte les sept données d'INSi",
    en="A file created from INSi holds the seven data of INSi",
)
def test_creation_from_insi(desk: Desk) -> None:
    person = desk.draw()
    call = _search_insi(desk, person)
    patient = desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    expect(patient, fr="aucun dossier n'est créé", en="no file is created")
    assert patient is not None
    expect_values(
        desk.read(patient),
        insi_values(person),
        fr="le dossier créé n'est pas alimenté par INSi",
        en="the file created is not fed from INSi",
    )


@pytest.mark.rule("RSP-03")
@pytest.mark.title(
    fr="Quand Prenom et ListePrenom diffèrent, la liste enregistrée est celle de ListePrenom",
    en="When Prenom and ListePrenom differ, the list stored is that of ListePrenom",
)
def test_list_of_first_names(desk: Desk) -> None:
    person = desk.draw(first_names_count=3)
    scenario = "safety/list-differs-from-prenom"
    desk.insi.install(scenario, patient=person)
    patient = desk.create(person, first_names=None)
    call, requests = desk.during(lambda: desk.find(patient))
    need_answer(requests, scenario)
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    expect_equal(
        got=desk.read(patient).first_names,
        expected=person.identity.traits.first_names,
        fr="prénom(s) de naissance après l'import",
        en="birth first names after the import",
    )


@pytest.mark.rule("RSP-04")
@pytest.mark.title(
    fr="La date de naissance s'affiche JJ/MM/AAAA, avant, pendant et après l'import",
    en="The date of birth is displayed as JJ/MM/AAAA before, during and after the import",
)
def test_displayed_date(desk: Desk) -> None:
    # After the 12th, day and month cannot be taken for each other.
    person = desk.draw_where(lambda person: person.identity.traits.birth_date[8:] > "12")
    year, month, day = person.identity.traits.birth_date.split("-")
    expected = f"{day}/{month}/{year}"
    typed_in = desk.create(person)
    call = desk.find(typed_in)
    line = next(
        (e for e in desk.lgo.read_proposal(call.id, actor=desk.user).fields if e.field == "birth_date"), None
    )
    desk.decide(call, accept=True)
    fed = desk.read(typed_in)
    shown = {
        ("à la saisie", "as typed"): typed_in.display_birth_date,
        ("dans la comparaison, côté local", "in the comparison, local side"): line and line.local_display,
        ("dans la comparaison, côté INSi", "in the comparison, INSi side"): line and line.insi_display,
        ("après l'import", "after the import"): fed.display_birth_date,
    }
    for (fr, en), text in shown.items():
        if text is not None:
            expect_equal(got=text, expected=expected, fr=f"date affichée {fr}", en=f"date displayed {en}")
    if fed.display_birth_date is None:
        raise UndecidedError(
            "le logiciel ne dit pas comment il affiche la date de naissance (display_birth_date)",
            "the software does not tell how it displays the date of birth (display_birth_date)",
            verdict=Verdict.NOT_TESTED,
        )


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Un 1er prénom composé de deux prénoms de la liste reste tel que saisi après l'import",
    en="A 1er prénom made of two names of the list stays as typed after the import",
)
@pytest.mark.parametrize("separator", ["-", " "], ids=["hyphen", "space"])
def test_first_name_is_kept(desk: Desk, separator: str) -> None:
    person = _three_plain_names(desk)
    first_name = separator.join(person.identity.traits.first_names.split()[:2])
    desk.insi.install("answers/whatever-traits", patient=person)
    patient = desk.create(person, first_name=first_name, first_names=None)
    call, requests = desk.during(lambda: desk.find(patient))
    need_answer(requests, "answers/whatever-traits")
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    after = desk.read(patient)
    expect_equal(
        got=after.matricule,
        expected=insi_values(person)["matricule"],
        fr="matricule après acceptation",
        en="matricule after acceptance",
    )
    expect_equal(
        got=after.first_name,
        expected=first_name,
        fr="1er prénom après l'import",
        en="1er prénom after the import",
    )


@pytest.mark.rule("RSP-05")
@pytest.mark.title(
    fr="Un 1er prénom qui n'est pas le début de la liste INSi est gardé et déclenche une alerte",
    en="A 1er prénom that is not the start of the INSi list is kept and raises an alert",
)
def test_first_name_alert(desk: Desk) -> None:
    person, other = desk.draw(first_names_count=2), desk.draw(first_names_count=2)
    # Codes of alerts are free: an alert of this case is one that an ordinary case does not have.
    desk.insi.install("answers/whatever-traits", patient=other)
    usual = _alerts(desk, desk.find(desk.create(other, first_names=None)))
    desk.insi.clear_scenarios()
    desk.insi.install("safety/other-first-names", patient=person)
    patient = desk.create(person, first_names=None)
    call, requests = desk.during(lambda: desk.find(patient))
    need_answer(requests, "safety/other-first-names")
    expect(
        _alerts(desk, call) - usual,
        fr=f"aucune alerte alors que la liste INSi ne commence pas par le 1er prénom {person.first_name}",
        en=f"no alert although the INSi list does not start with the 1er prénom {person.first_name}",
    )
    desk.lgo.decide_proposal(call.id, accept=True, actor=desk.user)
    expect_equal(
        got=desk.read(patient).first_name,
        expected=person.first_name,
        fr="1er prénom après l'import",
        en="1er prénom after the import",
    )


COHERENCE = {
    "one": ("{0}", True),
    "one-two": ("{0} {1}", True),
    "one-hyphen-two": ("{0}-{1}", True),
    "all-with-hyphens": ("{0}-{1}-{2}", True),
    "two": ("{1}", False),
    "three": ("{2}", False),
    "one-cut-short": ("{cut}", False),
    "two-one": ("{1} {0}", False),
}
"""The decision table: a 1er prénom made from the list INSi returns, and whether it is the start of it."""


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="L'alerte sur le 1er prénom suit la table de décision",
    en="The alert on the 1er prénom follows the decision table",
)
@pytest.mark.parametrize(("pattern", "coherent"), COHERENCE.values(), ids=COHERENCE.keys())
def test_start_of_the_list(desk: Desk, pattern: str, *, coherent: bool) -> None:
    person, other = _three_plain_names(desk), _three_plain_names(desk)
    names = person.identity.traits.first_names.split()
    first_name = pattern.format(*names, cut=names[0][:-1])
    alerts = _alert_codes(desk, person, first_name)
    # Codes of alerts are free: what counts is what this 1er prénom adds to those of an ordinary case.
    usual = _alert_codes(desk, other, other.first_name)
    named = f"« {first_name} » / « {' '.join(names)} »"
    if coherent:
        expect(
            alerts <= usual,
            fr=f"alerte à tort pour {named} : {', '.join(sorted(alerts - usual))}",
            en=f"unfounded alert for {named}: {', '.join(sorted(alerts - usual))}",
        )
    else:
        expect(alerts - usual, fr=f"aucune alerte pour {named}", en=f"no alert for {named}")


@pytest.mark.rule("RSP-06")
@pytest.mark.title(
    fr="Le 1er prénom reste modifiable, tant qu'il est cohérent, quel que soit le statut",
    en="The 1er prénom stays editable at any status as long as it is coherent",
)
@pytest.mark.parametrize("status", Status)
def test_first_name_stays_editable(desk: Desk, status: Status) -> None:
    person = _three_plain_names(desk)
    first_name = "-".join(person.identity.traits.first_names.split()[:2])
    patient = desk.bring(person, status)
    # Règle 26 does not lock this field, but a draft scenario of Règle 27 counts it among the strict traits.
    is_open = status in {Status.RECUP, Status.QUAL}
    try:
        desk.lgo.update_patient(patient.id, {"first_name": first_name}, actor=desk.user)
    except RefusedError as refusal:
        raise Departure(
            f"au statut {status}, le 1er prénom ne peut pas devenir {first_name} : {refusal.message}",
            f"at status {status}, the 1er prénom cannot become {first_name}: {refusal.message}",
            inferred=is_open,
        ) from refusal
    expect_equal(
        got=desk.read(patient).first_name,
        expected=first_name,
        fr=f"1er prénom modifié au statut {status}",
        en=f"1er prénom changed at status {status}",
        inferred=is_open,
    )


@pytest.mark.rule("RSP-14")
@pytest.mark.title(
    fr="La trace d'un retour 00 porte les données reçues, telles que reçues",
    en="The trace of an answer 00 holds the data received, as they came",
)
@pytest.mark.parametrize("scenario", [None, "safety/lunar-day"], ids=["imported", "filtered"])
def test_trace_holds_what_insi_returned(desk: Desk, scenario: str | None) -> None:
    person = desk.draw()
    expected = insi_values(person)
    if scenario:
        desk.insi.install(scenario, patient=person)
        expected["birth_date"] = f"{person.identity.traits.birth_date[:8]}00"
    patient = desk.create(person)
    _, requests = desk.call(patient)
    if scenario:
        need_answer(requests, scenario)
    need_request([request for request in requests if request.code == "00"])
    traced = [
        entry
        for entry in desk.lgo.read_audit_log(actor=desk.user)
        if entry.action == "INSI_CALL" and entry.code == "00"
    ]
    expect(traced, fr="aucune trace d'un retour 00", en="no trace of an answer 00")
    expect_values(
        traced[-1].returned,
        expected,
        fr="la trace n'est pas ce qu'INSi a renvoyé",
        en="the trace is not what INSi returned",
    )


def _other_place(desk: Desk, person: Person) -> str:
    """Return a birth place, in force on the person's birth date, that is not theirs."""
    traits = person.identity.traits
    other = desk.draw_where(
        lambda other: other.identity.traits.birth_place != traits.birth_place,
        birth_date=traits.birth_date,
    )
    assert other.identity.traits.birth_place is not None
    return other.identity.traits.birth_place


def _three_plain_names(desk: Desk) -> Person:
    """Draw somebody with three first names of letters only, none the start of another, the first not too short."""

    def is_clear(person: Person) -> bool:
        names = person.identity.traits.first_names.split()
        return (
            all(name.isalpha() and len(name) > 3 for name in names)  # noqa: PLR2004 - cut by one it is still a name
            and not any(a.startswith(b) for a in names for b in names if a is not b)
        )

    return desk.draw_where(is_clear, first_names_count=3, **PLAIN)


def _search_insi(desk: Desk, person: Person) -> InsiCall:
    """Search INSi with typed traits, in order to create a file."""
    call, requests = desk.during(lambda: desk.lgo.search_insi(typed(person), actor=desk.user))
    need_request(requests)
    if call.outcome is not CallOutcome.FOUND:
        raise UndecidedError(
            f"la recherche INSi ne trouve pas le patient : {call.outcome}, {call.message}",
            f"the INSi search does not find the patient: {call.outcome}, {call.message}",
        )
    return call


def _alerts(desk: Desk, call: InsiCall) -> set[str]:
    """Return the codes of the alerts shown with the call or with the comparison."""
    return {alert.code for alert in (*call.alerts, *desk.lgo.read_proposal(call.id, actor=desk.user).alerts)}


def _alert_codes(desk: Desk, person: Person, first_name: str) -> set[str]:
    """Return the alerts for a patient typed with this 1er prénom and no list, to whom INSi answers ``person``."""
    desk.insi.clear_scenarios()
    desk.insi.install("answers/whatever-traits", patient=person)
    patient = desk.create(person, first_name=first_name, first_names=None)
    return _alerts(desk, desk.find(patient))
