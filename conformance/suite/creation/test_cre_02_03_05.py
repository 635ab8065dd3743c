"""CRE-02, CRE-03, CRE-05: an unknown place is 99999, nothing else is mandatory, a new identity is provisoire."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers import site
from conformance.drivers.model import IDENTITY_FIELDS, Attribute, CallOutcome, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import APP, CARD, CHECKED, LADEN, SCAN, SCREENS, SEARCH, SETTINGS
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import ALONE, own_card
from conformance.suite.desk.cast import CAST
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.full import bring_full
from conformance.suite.desk.people import MANDATORY, NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import app_identity, expect_values, shown
from conformance.suite.journeys.cast import typed_then_fed
from conformance.suite.site.settings import restored, setting
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.drivers.model import Patient, PatientTraits
    from conformance.suite.desk.cast import Part
    from conformance.suite.desk.steps import Desk
    from conformance.suite.journeys.stages import Trip
    from simulator.registry.person import Person


@pytest.mark.rule("CRE-02")
@pytest.mark.title(
    fr="Un patient de lieu de naissance inconnu est créé avec le code 99999, quels que soient sexe, âge et utilisateur",
    en="A patient of unknown birth place is created with the code 99999, whatever the sex, age and user",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_unknown_birth_place(desk: Desk, user: str) -> None:
    desk = desk.by(user)
    desk.create(desk.draw())  # The place typed before is nobody else's.

    def judge(used: Mapping[str, str], **wanted: object) -> None:
        person = desk.draw(**wanted)
        traits = typed(person, birth_place=UNKNOWN_PLACE, **used)
        stored = desk.try_create(traits, control=typed(person))
        expect_equal(
            got=stored.message if isinstance(stored, RefusedError) else stored.birth_place,
            expected=UNKNOWN_PLACE,
            fr="code du lieu de naissance d'un patient créé avec 99999",
            en="code of the birth place of a patient created with 99999",
        )
        if not isinstance(stored, RefusedError):
            others = {name: getattr(traits, name) for name in (*MANDATORY, "first_names")}
            expect_values(
                stored,
                {**others, **used},
                fr="les traits saisis ne sont pas ceux du dossier",
                en="the traits typed are not those of the file",
            )
            _expect_bare(desk.snapshot(stored).values)

    expect_each(
        {
            "femme": partial(judge, NAMES_IN_USE, sex="F", apostrophe_name=True),
            # Two men born that day of whom no place is known are two.
            "homme": partial(judge, {}, sex="M", birth_date="1931-02-17", hyphen_name=True),
            "né en 1931": partial(judge, {}, sex="M", birth_date="1931-02-17"),
            "nouveau-né": partial(judge, NAMES_IN_USE, birth_date=_newborn()),
        }
    )


def _newborn() -> str:
    return (datetime.now(UTC) - timedelta(days=12)).date().isoformat()


@pytest.mark.rule("CRE-02")
@pytest.mark.title(
    fr="Le code 99999 convient aussi dans un dossier existant, et un lieu connu reste ce qui a été saisi",
    en="The code 99999 suits an existing file as well, and a known place stays what was typed",
)
def test_place_becomes_unknown(desk: Desk) -> None:
    before = desk.snapshot(desk.create(desk.draw()))
    desk.lgo.update_patient(before.patient.id, {"birth_place": UNKNOWN_PLACE}, actor=desk.user)
    expect_kept(
        desk.snapshot(before.patient),
        before,
        Moment("après passage du lieu à 99999", "after the place became 99999"),
        besides={"birth_place": UNKNOWN_PLACE},
    )
    for place in (before.patient.birth_place, UNKNOWN_PLACE):  # Learnt later, then unknown again.
        desk.lgo.update_patient(before.patient.id, {"birth_place": place}, actor=desk.user)
        got = desk.read(before.patient).birth_place
        expect_equal(got=got, expected=place, fr="lieu inconnu, puis connu", en="place unknown, then known")
    with desk.if_offered(CHECKED):
        place = desk.check_document(before.patient).birth_place
        expect_equal(
            got=place,
            expected=UNKNOWN_PLACE,
            fr="lieu inconnu, une fois l'identité validée",
            en="unknown place, once validated",
        )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Chaque personne de la distribution est créée avec les cinq traits obligatoires et rien d'autre",
    en="Each person of the cast is created with the five mandatory traits and nothing else",
)
@pytest.mark.parametrize("user", ["user", "super-user"])
def test_nothing_else_is_mandatory(desk: Desk, user: str) -> None:
    desk = desk.by(user)

    def judge(part: Part) -> None:
        _expect_created(desk, part, {})

    expect_each({part.key: partial(judge, part) for part in CAST})


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Un nom d'une ou deux lettres, un prénom de deux, une naissance d'aujourd'hui : les cinq traits suffisent aussi",
    en="A name of one or two letters, a first name of two, a birth of today: the five traits are enough as well",
)
def test_short_names_and_newborns(desk: Desk) -> None:
    # Today at the counters of the Antilles as well as in Paris, all but in the small hours.
    today = (datetime.now(UTC) - timedelta(hours=4)).date().isoformat()

    def judge(wanted: Mapping[str, object], fields: Mapping[str, str]) -> None:
        person = desk.draw(**wanted)
        _expect_created_as(desk, person, dict(fields), control=typed(desk.draw(**PLAIN)))

    expect_each(
        {
            "nom de deux lettres": partial(judge, {}, {"birth_name": "LY"}),
            "nom d'une lettre": partial(judge, {}, {"birth_name": "O"}),
            "prénom de deux lettres": partial(judge, {}, {"first_name": "JO"}),
            "né aujourd'hui": partial(judge, {"birth_date": "2025-01-15"}, {"birth_date": today}),
        }
    )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Chaque champ facultatif peut manquer, les autres étant remplis",
    en="Each optional field may be missing, the others being filled",
)
def test_each_optional_field(desk: Desk) -> None:
    filled = [dict(pair) for count in (1, 2) for pair in combinations(NAMES_IN_USE.items(), count)]
    expect_each({"+".join(fields): partial(_expect_created, desk, CAST[0], fields) for fields in filled})


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="L'écran de création ne dit obligatoire aucun autre trait que les cinq",
    en="The screen of a creation calls no trait mandatory but the five",
)
@SCREENS.mark
def test_screen_demands_no_more(desk: Desk) -> None:
    said = {
        field.name for field in desk.lgo.read_form(Form.CREATION, actor=desk.user) if field.mandatory
    } & set(IDENTITY_FIELDS)
    more = sorted(said - set(MANDATORY))
    expect(
        not more,
        fr=f"dits obligatoires à la création : {', '.join(more)}",
        en=f"called mandatory at creation: {', '.join(more)}",
        # The rule speaks of what is demanded; that the screen has to say the same is deduced.
        inferred=True,
    )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Un champ facultatif laissé vide n'est pas davantage exigé quand il arrive comme un texte vide",
    en="An optional field left empty is not demanded either when it comes as an empty text",
)
def test_empty_texts(desk: Desk) -> None:
    fields = ("used_name", "used_first_name", "first_names")
    cases = {name: {name: ""} for name in fields} | {"tous": dict.fromkeys(fields, "")}

    def judge(empty: dict[str, str]) -> None:
        person = desk.draw()
        minimal = typed(person, **{"first_names": None, **empty})
        stored = desk.try_create(minimal, control=typed(person, **NAMES_IN_USE))
        if isinstance(stored, RefusedError):
            raise Departure(
                f"la création est refusée parce qu'un champ facultatif est vide : {stored.message}",
                f"the creation is refused because an optional field is empty: {stored.message}",
            )

    expect_each({name: partial(judge, empty) for name, empty in cases.items()})


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Un jumeau, un homonyme, un patient du même lieu et du même jour se créent comme les autres",
    en="A twin, a namesake, a patient of the same place and day can be created like anybody",
)
def test_like_somebody_known(desk: Desk) -> None:
    person = desk.draw(first_names_count=2, **PLAIN)
    traits = person.identity.traits
    desk.create(person)
    same = {"birth_date": traits.birth_date, "birth_place": traits.birth_place, "sex": traits.sex}

    def judge(**alike: str | None) -> None:
        other = desk.draw_where(
            lambda each: each.first_name[:1] != person.first_name[:1], first_names_count=2, **PLAIN
        )
        stored = desk.try_create(typed(other, **alike), control=typed(desk.draw()))
        if isinstance(stored, RefusedError):
            raise Departure(
                f"la création de quelqu'un qui ressemble à un patient connu est refusée : {stored.message}",
                f"creation of somebody who is like a known patient is refused: {stored.message}",
                # A software may want to be told that these are two people, in a way that the driver does not know.
                inferred=True,
            )

    expect_each(
        {
            "jumeau": partial(judge, **same, birth_name=traits.birth_name),
            "même jour, même lieu": partial(judge, **same),
            "homonyme né un autre jour": partial(
                judge, birth_name=traits.birth_name, first_name=person.first_name, first_names=None
            ),
        }
    )


@pytest.mark.rule("CRE-03")
@pytest.mark.title(
    fr="Après une carte lue ou rattachée, un appel sans suite ou une création refusée, les cinq traits suffisent encore",
    en="After a card read or attached, a call that led nowhere or a refused creation, the five traits are still enough",
)
def test_after_another_act(desk: Desk) -> None:
    known = desk.draw()
    patient = desk.create(known)

    def attached() -> None:
        with desk.if_at_hand(CARD), suppress(RefusedError, UndecidedError):
            reading = read_card(desk, own_card(known))
            desk.lgo.attach_card(patient.id, reading.id, ALONE, actor=desk.user)

    def failed() -> None:
        with desk.answered_by("faults/insi-102"):
            desk.try_call(patient)

    acts: dict[str, Callable[[], None]] = {
        "carte rattachée": attached,
        "appel en échec": failed,
        "création refusée": lambda: _refused_creation(desk),
    }

    def judge(act: Callable[[], None]) -> None:
        act()
        # The control is somebody else, so that one refusal alone is seen too.
        _expect_created_as(desk, desk.draw(), {}, control=typed(desk.draw(**PLAIN), **NAMES_IN_USE))

    expect_each({label: partial(judge, act) for label, act in acts.items()})


def _expect_created(desk: Desk, part: Part, others: dict[str, str]) -> None:
    person = desk.play(part)
    _expect_created_as(desk, person, others, control=typed(person, **NAMES_IN_USE))


def _expect_created_as(desk: Desk, person: Person, others: dict[str, str], *, control: PatientTraits) -> None:
    minimal = typed(person, first_names=None, **others)
    try:
        stored = desk.try_create(minimal, control=control)
    except UndecidedError:
        # Refused with whatever the driver can type: for want of a field that it cannot, says the software itself.
        _expect_no_other_field_missing(desk, minimal)
        raise
    if isinstance(stored, RefusedError):
        raise Departure(
            f"la création avec les cinq traits obligatoires seulement est refusée : {stored.message}",
            f"creation with only the five mandatory traits is refused: {stored.message}",
        )
    expect_values(
        stored,
        {name: getattr(minimal, name) for name in MANDATORY} | others,
        fr="le dossier n'est pas ce qui a été saisi",
        en="the file is not what was typed",
    )
    _expect_bare(desk.snapshot(stored).values)


def _expect_no_other_field_missing(desk: Desk, minimal: PatientTraits) -> None:
    """Check that a creation is not refused for a field that is no trait."""
    try:
        desk.lgo.create_patient(minimal, actor=desk.user)
    except RefusedError as refusal:
        others = set(refusal.fields) - set(asdict(minimal))
        if others and others == set(refusal.fields):
            raise Departure(
                f"la création est refusée faute d'un autre champ ({', '.join(sorted(others))}) : {refusal.message}",
                f"the creation is refused for want of another field ({', '.join(sorted(others))}): {refusal.message}",
            ) from refusal


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Un patient créé à la main est provisoire, quoi qu'on ait saisi et qui que l'on soit",
    en="A patient created by hand is provisoire, whatever was typed and whoever did it",
)
def test_new_identity_is_provisional(desk: Desk) -> None:
    def judge(desk: Desk, others: dict[str, str | None], **wanted: object) -> None:
        person = desk.draw(**wanted)
        try:
            patient = desk.lgo.create_patient(typed(person, **others), actor=desk.user)
        except RefusedError:
            if others.keys() & {"sex", "birth_date"}:
                return  # A software need not know a third sex or an incomplete date.
            raise
        _expect_new(desk.read(patient).status, patient.status)

    entitled = desk.as_super_user()
    expect_each(
        {
            "utilisateur": partial(judge, desk, {}),
            "super-utilisateur": partial(judge, entitled, {}),
            "minimal": partial(judge, desk, {"first_names": None}),
            "noms utilisés": partial(judge, desk, dict(NAMES_IN_USE)),
            "lieu inconnu": partial(judge, desk, {"birth_place": UNKNOWN_PLACE}),
            "lieu inconnu, super-utilisateur": partial(judge, entitled, {"birth_place": UNKNOWN_PLACE}),
            "enfant": partial(judge, desk, {}, birth_date="2023-01-09"),
            "né à l'étranger": partial(judge, desk, {}, birth_date="1971-02-09", birth_place="99127"),
            "sexe I": partial(judge, desk, {"sex": "I"}),
            "jour inconnu": partial(judge, desk, {"birth_date": "1971-02-00"}),
        }
    )


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Un patient créé à la main est provisoire aussi quand la validation automatique est en service",
    en="A patient created by hand is provisoire when automatic validation is switched on as well",
)
@SETTINGS.mark
def test_with_automatic_validation(desk: Desk) -> None:
    if setting(desk, site.AUTOMATIC_VALIDATION) is None:
        return  # There is none to switch on.
    with restored(desk, site.AUTOMATIC_VALIDATION):
        try:
            desk.lgo.write_settings({site.AUTOMATIC_VALIDATION: site.ON})
        except RefusedError:
            return  # It stays off, which is right.
        # Without a document there is nothing to validate on.
        answered = desk.lgo.create_patient(typed(desk.draw()), actor=desk.user)
        _expect_new(desk.read(answered).status, answered.status)


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Créé juste après un dossier chargé (qualifié, homonyme, pièce, noms utilisés), le nouveau n'en garde rien",
    en="Created just after a laden file (qualifié, homonym, document, names in use), the new one keeps nothing of it",
)
@pytest.mark.parametrize("route", [Route.CHECKED, Route.IMPORTED, Route.IMPORTED_CHECKED], ids=str)
@LADEN.mark
def test_after_a_laden_file(desk: Desk, route: Route) -> None:
    laden = bring_full(desk, desk.draw(first_names_count=2), route)
    acts: dict[str, Callable[[], object]] = {
        "ouvert": lambda: desk.read(laden),
        "marqué homonyme": lambda: set_attributes(desk, laden, {Attribute.HOMONYME}),
        "modifié": lambda: desk.lgo.update_patient(laden.id, {"used_name": "ZELBRUC"}, actor=desk.user),
        "interrogé, puis refusé": lambda: _declined(desk, laden),
        "suivi d'une création refusée": lambda: _refused_creation(desk),
    }
    # What another way in has made of somebody else is not left on the screen.
    if route is Route.CHECKED:
        acts["suivi d'une lecture de l'application"] = lambda: _app_read(desk)
    elif route is Route.IMPORTED:
        acts["suivi d'un symbole lu"] = lambda: _scanned(desk)

    def judge(act: Callable[[], object]) -> None:
        act()
        person = desk.draw()
        new = desk.snapshot(desk.lgo.create_patient(typed(person, first_names=None), actor=desk.user)).values
        _expect_new(new["status"])
        _expect_bare(new)
        for name in NAMES_IN_USE:
            expect_equal(got=new[name], expected=None, fr=f"{name} à la création", en=f"{name} at creation")
        # A software may begin the list with the 1er prénom.
        expect(
            new["first_names"] in {None, person.first_name},
            fr=f"liste laissée vide, enregistrée {shown(new['first_names']).fr}",
            en=f"list left empty, stored {shown(new['first_names']).en}",
        )

    expect_each({label: partial(judge, act) for label, act in acts.items()})


@pytest.mark.rule("CRE-05")
@pytest.mark.title(
    fr="Chaque personne de la distribution est provisoire à la création, sans attribut, ni pièce, ni INS",
    en="Each person of the cast is provisoire at creation, without attribute, document or INS",
)
def test_cast(desk: Desk) -> None:
    def judge(trip: Trip) -> None:
        values = trip.seen["typed"].values
        _expect_new(values["status"], values["status"])
        _expect_bare(values)
        with desk.if_offered(SEARCH):
            for found in trip.told("found", ()):
                if found.id == trip.seen["typed"].patient.id:
                    _expect_new(found.status)

    typed_then_fed(desk).expect(desk, ["typed"], judge)


def _declined(desk: Desk, patient: Patient) -> None:
    call, _ = desk.try_call(patient)
    if not isinstance(call, RefusedError) and call.outcome is CallOutcome.FOUND:
        desk.decide(call, accept=False)


def _app_read(desk: Desk) -> None:
    identity = app_identity(desk.draw())
    with desk.if_at_hand(APP), suppress(RefusedError):
        desk.lgo.import_app_identity(identity, patient_id=None, actor=desk.user)


def _scanned(desk: Desk) -> None:
    with desk.if_at_hand(SCAN), suppress(RefusedError):
        desk.lgo.scan_datamatrix(payload_of(desk.draw().identity), actor=desk.user)


def _refused_creation(desk: Desk) -> None:
    with suppress(RefusedError):
        desk.lgo.create_patient(typed(desk.draw(), birth_place=None, **NAMES_IN_USE), actor=desk.user)


def _expect_bare(values: Mapping[str, object]) -> None:
    for name in ("attributes", "proof", "matricule", "oid"):
        expect_equal(got=values[name], expected=None, fr=f"{name} à la création", en=f"{name} at creation")


def _expect_new(*statuses: object) -> None:
    for status in statuses:
        expect_equal(got=status, expected=Status.PROV, fr="statut à la création", en="status at creation")
