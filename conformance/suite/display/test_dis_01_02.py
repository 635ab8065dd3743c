"""DIS-01 and DIS-02: four traits always on the screen of a file under words of their own, the others as the site chose."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers import site
from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, SETTINGS
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import another_value, with_traits
from conformance.suite.desk.routes import Route, routes
from conformance.suite.desk.steps import preparing
from conformance.suite.desk.words import shown
from conformance.suite.display.labels import ALWAYS, expect_own_labels, expect_shown
from conformance.suite.matricule.shapes import natures_told
from conformance.suite.site.settings import restored, setting
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk

SAVED_BESIDE: Final = frozenset({site.HIGH_CONFIDENCE_PROOFS, site.AUTOMATIC_VALIDATION, "printed_traits"})
"""Settings that a page may save along with those of the display."""

OTHERS: Final = ("matricule", "oid", "first_names", "used_name", "used_first_name", "birth_place")


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="Les quatre traits sont à l'écran du dossier sans cliquer, justes, sous des libellés propres à chacun",
    en="The four traits are on the screen of the file without a click, right, each under a label of its own",
)
@pytest.mark.parametrize("route", routes(), ids=str)
def test_four_traits(desk: Desk, route: Route) -> None:
    part = PARTS[
        "hyphens-leading-zero-29-february"
        if route.status in {Status.RECUP, Status.QUAL}
        else "child-several-separators"
    ]
    is_same = route in {Route.CHECKED, Route.IMPORTED}
    if is_same or route is Route.CHECKED_IMPORTED:
        # Women too, at each status that comes from a check or from INSi.
        part = replace(part, wish={**part.wish, "sex": "F"})
    person = desk.play(part)
    # The names in use of many are those of their birth: both are shown.
    patient = desk.bring(
        person,
        route,
        used_name=person.identity.traits.birth_name if is_same else "ZELBRUC",
        used_first_name=person.first_name if is_same else "CURBLEZ",
    )
    for at in (desk, desk.as_super_user()):
        fields = _fields(at, patient)
        expect_each({name: partial(expect_shown, fields, name, patient) for name in ALWAYS})
        expect_own_labels(fields)


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="Deux dossiers ouverts tour à tour, puis corrigés : l'écran montre celui qui est ouvert, tel qu'il est",
    en="Two files opened in turn, then corrected: the screen shows the one that is open, as it is",
)
def test_file_that_is_open(desk: Desk) -> None:
    people = [desk.play(PARTS["long-names-overseas-new-year-eve"]), desk.play(PARTS["apostrophe-1912"])]
    patients = [desk.create(person) for person in people]

    def look(when: str) -> None:
        for patient in map(desk.read, patients):
            fields = _fields(desk, patient)
            expect_each({f"{when}, {name}": partial(expect_shown, fields, name, patient) for name in ALWAYS})

    look("ouvert")
    for patient, person in zip(patients, people, strict=True):
        changes = {name: another_value(desk, person, name) for name in ("birth_name", "birth_date", "sex")}
        with preparing("corriger le dossier", "correct the file", depends_on=("FLD-01",)):
            desk.lgo.update_patient(patient.id, changes, actor=desk.user)
    look("corrigé")
    with desk.if_offered(ATTRIBUTES):
        parts = ("long-names-overseas-new-year-eve", "child-several-separators")
        patients = [desk.create(desk.play(PARTS[part])) for part in parts]
        for patient, attribute in zip(patients, (Attribute.HOMONYME, Attribute.DOUTEUSE), strict=True):
            with preparing("poser un attribut", "set an attribute", depends_on=("ATT-01",)):
                set_attributes(desk, patient, {attribute})
        with suppress(RefusedError, UndecidedError):
            fictitious = desk.create(desk.draw())
            set_attributes(desk, fictitious, {Attribute.FICTIVE})
            patients.append(fictitious)
        look("marqué")
    # Somebody else: a software may refuse a second file of what was typed before.
    person = desk.play(PARTS["ten-former-numbers"])
    patients = [desk.create(person)]
    look("ouvert")
    # INSi knows them otherwise: an answer that waits, or is declined, is on no screen; one accepted is.
    other = {name: another_value(desk, person, name) for name in ("birth_name", "birth_date", "sex")}
    # A software may not take somebody so different.
    with (
        suppress(UndecidedError),
        desk.answered_by("answers/whatever-traits", patient=with_traits(person, **other)),
    ):
        call = desk.find(patients[0])
        with suppress(RefusedError):  # It may want the decision first.
            look("réponse en attente")
        desk.decide(call, accept=False)
        look("réponse refusée")
        desk.decide(desk.find(patients[0]), accept=True)
    look("alimenté par INSi")


@pytest.mark.rule("DIS-01")
@pytest.mark.title(
    fr="Aucun paramétrage du site n'ôte les quatre traits de l'écran",
    en="No setting of the site takes the four traits off the screen",
)
@SETTINGS.mark
def test_no_setting_hides_them(desk: Desk) -> None:
    patient = desk.create(desk.draw())
    screens: list[dict[str, FormField]] = []
    if setting(desk, site.DISPLAYED_FIELDS) is not None:
        with restored(desk, site.DISPLAYED_FIELDS):
            for chosen in ("", OTHERS[-1]):
                desk.lgo.write_settings({site.DISPLAYED_FIELDS: chosen})
                screens.append(_fields(desk, patient))
    else:
        screens.append(_fields(desk, patient))
    for fields in screens:
        expect_each({name: partial(expect_shown, fields, name, patient) for name in ALWAYS})


@pytest.mark.rule("DIS-02")
@pytest.mark.title(
    fr="Chaque autre donnée s'affiche ou non selon le site, seule, pour tous ses utilisateurs",
    en="Each other datum is shown or not as the site chose, on its own, for all of its users",
)
def test_others_as_the_site_chose(desk: Desk) -> None:
    if setting(desk, site.DISPLAYED_FIELDS) is None:
        raise UndecidedError(
            f"le pilote ne règle pas l'affichage (paramètre {site.DISPLAYED_FIELDS}) : à constater à l'écran",
            f"the driver does not set the display (setting {site.DISPLAYED_FIELDS}): to be seen on the screen",
            verdict=Verdict.NOT_TESTED,
        )
    patient = desk.bring(
        desk.play(PARTS["double-hyphen-abroad-summer"]),
        Route.IMPORTED,
        used_name="DE LA ZELBRUC",
        used_first_name="CURBLEZ-D'ZEL",
    )
    # Opened after the other: neither an INS nor names in use.
    bare = desk.create(desk.play(PARTS["hyphens-leading-zero-29-february"]))

    def judge(chosen: tuple[str, ...]) -> None:
        try:
            desk.lgo.write_settings({site.DISPLAYED_FIELDS: ",".join(chosen)})
        except RefusedError as refusal:
            raise Departure(
                f"l'affichage de {shown(chosen).fr} ne se paramètre pas : {refusal.message}",
                f"the display of {shown(chosen).en} cannot be set: {refusal.message}",
            ) from refusal
        if chosen == OTHERS[:1]:
            # The page of settings is saved as it stands, for another of them: what is shown stays chosen.
            others = {name: each for name, each in desk.lgo.read_settings().items() if name in SAVED_BESIDE}
            with suppress(RefusedError):
                desk.lgo.write_settings(others)
        for at in (desk, desk.as_super_user()):
            fields = _fields(at, patient)
            visible = {name for name in OTHERS if name in fields and fields[name].always_visible}
            expect_equal(
                got=visible,
                expected=set(chosen),
                fr=f"données affichées en plus des quatre traits ({at.user.user})",
                en=f"data shown besides the four traits ({at.user.user})",
            )
            expect_each({name: partial(expect_shown, fields, name, patient) for name in chosen})
            expect(
                "matricule" not in chosen or natures_told(fields.values()),
                fr="le matricule INS est affiché sans sa nature, NIR ou NIA",
                en="the matricule INS is shown without its nature, NIR or NIA",
                # A driver may leave out of a label what the screen shows beside it.
                inferred=True,
            )
        if chosen == OTHERS:
            fields = _fields(desk, bare)
            expect_each({name: partial(_expect_not_of, fields, name, bare, patient) for name in OTHERS})

    def qualified(chosen: tuple[str, ...]) -> None:
        with desk.if_at_hand(CHECKED), suppress(UndecidedError):
            if chosen == OTHERS[:1]:
                desk.check_document(patient)
        judge(chosen)

    with restored(desk, site.DISPLAYED_FIELDS):
        # One by one once the identity is qualifiée: what is shown depends on the site alone.
        choices = {"rien": partial(judge, ()), ", ".join(OTHERS): partial(judge, OTHERS)}
        expect_each(choices | {name: partial(qualified, (name,)) for name in OTHERS})


def _expect_not_of(fields: dict[str, FormField], name: str, patient: Patient, before: Patient) -> None:
    """Check that a field shows what its file holds, and nothing of the file opened before where it holds nothing."""
    if getattr(patient, name):
        expect_shown(fields, name, patient)
    elif name in fields:
        told, left = fields[name].value or "", getattr(before, name) or ""
        expect(
            not left or left not in told,
            fr=f"{name} : l'écran d'un dossier qui n'en a pas montre celui du dossier ouvert avant ({left})",
            en=f"{case_text(name).en}: the screen of a file that has none shows that of the file opened before ({left})",
        )


def _fields(desk: Desk, patient: Patient) -> dict[str, FormField]:
    fields = desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user)
    return {field.name: field for field in fields}
