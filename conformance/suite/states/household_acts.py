"""What happens to the file that is worked on in ``household``, act by act."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.datamatrix.payload import payload_of
from conformance.drivers.model import Attribute, PatientTraits, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import (
    APP,
    ATTRIBUTES,
    CARD,
    DOWNGRADE,
    FROM_INSI,
    SCAN,
    VERIFICATION,
)
from conformance.suite.desk.card_calls import read_card
from conformance.suite.desk.cards import family
from conformance.suite.desk.people import PLAIN, another_value, typed
from conformance.suite.desk.words import app_identity
from conformance.suite.verification.elsewhere import answering, verify
from conformance.suite.verification.wire import KO

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

DAY, OTHER_DAY = "1996-07-07", "1961-03-02"

Does = Callable[["Desk", "Patient", "Person"], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act on the file that is worked on."""

    rule: str
    """The rule that it belongs to."""
    does: Does
    fr: str
    en: str
    by: str = "user"
    path: Apart | None = None
    """What only some software has."""
    is_about_marked: bool = False
    """The file is doubtful or fictitious meanwhile: nothing may leave for it."""
    makes: int = 0
    """How many files it may make."""
    asks_nobody: bool = False
    """It ends before anything could be asked of INSi."""
    must_make: bool = False
    """Whether it makes them unless it is refused."""
    moves: bool = False
    """It changes the birth date of the file that is worked on, which is no longer found at the former one."""


def _update(**changes: str | None) -> Does:
    return lambda desk, patient, _: desk.lgo.update_patient(patient.id, dict(changes), actor=desk.user)


def _correct(field: str) -> Does:
    def does(desk: Desk, patient: Patient, person: Person) -> object:
        value = another_value(desk, person, field)
        return desk.lgo.update_patient(patient.id, {field: value}, actor=desk.user)

    return does


def _correct_birth(desk: Desk, patient: Patient, person: Person) -> object:
    changes = {name: another_value(desk, person, name) for name in ("birth_place", "birth_date")}
    return desk.lgo.update_patient(patient.id, changes, actor=desk.user)


def _put_right(desk: Desk, patient: Patient, person: Person) -> object:
    traits = person.identity.traits
    right = {name: getattr(traits, name) for name in ("birth_place", "birth_date", "birth_name")}
    return desk.lgo.update_patient(patient.id, right, actor=desk.user)


def _decline(desk: Desk, patient: Patient, _: Person) -> object:
    return desk.decide(desk.find(patient), accept=False)


def _call(scenario: str) -> Does:
    def does(desk: Desk, patient: Patient, _: Person) -> object:
        with desk.answered_by(scenario):
            return desk.try_call(patient)

    return does


def _feed(desk: Desk, patient: Patient, _: Person) -> object:
    return desk.feed(desk.read(patient))


def _check(desk: Desk, patient: Patient, _: Person) -> object:
    """Validate with a document of another kind than those of the others, where there is one: it must not get into them."""
    try:
        desk.lgo.record_proof(patient.id, "PASSPORT", actor=desk.user)
    except RefusedError:
        desk.record_document(patient)
    return desk.lgo.validate_identity(patient.id, actor=desk.user)


def _check_weakly(desk: Desk, patient: Patient, _: Person) -> object:
    """Try to validate with a document that validates nobody: what is refused must not reach the others either."""
    with suppress(RefusedError):
        desk.lgo.record_proof(patient.id, "VITALE_CARD", actor=desk.user)
    return desk.lgo.validate_identity(patient.id, actor=desk.user)


def _mark(*attributes: Attribute) -> Does:
    return lambda desk, patient, _: set_attributes(desk, patient, attributes)


def _lower(desk: Desk, patient: Patient, _: Person) -> object:
    return desk.lgo.downgrade_status(patient.id, Status.PROV, actor=desk.user)


def _deny(desk: Desk, patient: Patient, _: Person) -> object:
    with answering(desk, KO):
        verify(desk, patient)
    # A software may doubt an identity that INSi denies.
    if desk.read(patient).attributes:
        set_attributes(desk, patient, frozenset())
    return None


def _confirm(desk: Desk, patient: Patient, _: Person) -> object:
    return verify(desk, patient)


def _attach(desk: Desk, patient: Patient, _: Person) -> object:
    people = family(desk.draw)
    reading = read_card(desk, people.card())
    return desk.lgo.attach_card(patient.id, reading.id, people.insured.rank, actor=desk.user)


def _import_app(desk: Desk, patient: Patient, person: Person) -> object:
    identity = app_identity(person)
    return desk.lgo.import_app_identity(identity, patient_id=patient.id, actor=desk.user)


def _create(desk: Desk, _: Patient, person: Person) -> object:
    other = desk.draw(birth_date=DAY, **PLAIN)
    return desk.lgo.create_patient(
        typed(other, birth_name=person.identity.traits.birth_name, first_names=None), actor=desk.user
    )


def _refuse(desk: Desk, _: Patient, person: Person, *, sex: str) -> object:
    traits: PatientTraits = replace(typed(person), birth_place=None, sex=sex)
    return desk.lgo.create_patient(traits, actor=desk.user)


def _arrive(desk: Desk, _: Patient, __: Person) -> object:
    return desk.arrive(desk.draw(birth_date=DAY, **PLAIN))


def _scan(desk: Desk, _: Patient, __: Person) -> object:
    return desk.lgo.scan_datamatrix(payload_of(desk.draw(birth_date=DAY, **PLAIN).identity), actor=desk.user)


def _act(rule: str, does: Does, fr: str, en: str, **others: Any) -> Act:
    return Act(rule=rule, does=does, fr=fr, en=en, **others)


_DOUBTFUL: Final = _act(
    "ATT-03", _mark(Attribute.DOUTEUSE), "devenue douteuse", "made doubtful", path=ATTRIBUTES,
    is_about_marked=True,
)  # fmt: skip
_UNMARKED: Final = _act("ATT-05", _mark(), "attribut retiré", "attribute removed", path=ATTRIBUTES)

ACTS: Final = (
    _act("FLD-01", _update(used_name="DRIMVAK"), "nom utilisé modifié", "used name changed"),
    _act("FLD-01", _correct_birth, "lieu et date corrigés", "place and date corrected", moves=True),
    _act("FLD-01", _correct("birth_name"), "nom corrigé", "name corrected", by="super-user"),
    _act("FLD-01", _put_right, "traits rétablis", "traits put right"),
    _act("CRE-01", partial(_refuse, sex="F"), "création refusée (F)", "creation refused (F)", asks_nobody=True),
    _act("CRE-01", partial(_refuse, sex="M"), "création refusée (M)", "creation refused (M)", asks_nobody=True),
    _act("RSP-12", _call("answers/not-found"), "réponse 01", "answer 01"),
    _act("RSP-13", _call("answers/several"), "réponse 02", "answer 02"),
    _act("RSP-01", _decline, "identité INSi refusée", "INSi identity refused"),
    _act("RSP-02", _feed, "identité INSi acceptée", "INSi identity accepted"),
    _act("PRF-08", _check_weakly, "validation refusée", "validation refused"),
    _act("STA-06", _check, "pièce contrôlée", "document checked"),
    _act("STA-12", _correct("birth_place"), "modification refusée", "change refused"),
    _act("VER-02", _confirm, "vérification OK", "verification OK", path=VERIFICATION),
    _act(
        "STA-14", _update(used_first_name="DRIMVAL"), "prénom utilisé modifié", "used first name changed"
    ),
    _act("ATT-01", _mark(Attribute.HOMONYME), "devenue homonyme", "made homonym", path=ATTRIBUTES),
    _DOUBTFUL,
    _act(
        "ATT-05", _update(used_name="ZELKRUM"), "douteuse, nom utilisé modifié", "doubtful, used name changed",
        path=ATTRIBUTES, is_about_marked=True,
    ),
    _UNMARKED,
    _act("STA-04", _check, "pièce contrôlée", "document checked", by="super-user"),
    _act("STA-05", _feed, "identité INSi acceptée", "INSi identity accepted"),
    replace(_DOUBTFUL, does=_mark(Attribute.FICTIVE), fr="devenue fictive", en="made fictitious"),
    _UNMARKED,
    _act("RSP-02", _feed, "identité INSi acceptée", "INSi identity accepted", by="super-user"),
    _act("STA-09", _correct("birth_place"), "lieu modifié", "place changed", by="super-user"),
    _act("RSP-02", _feed, "identité INSi acceptée", "INSi identity accepted"),
    _act("STA-08", _lower, "abaissée à la main", "lowered by hand", by="super-user", path=DOWNGRADE),
    _act("FLD-03", _attach, "carte rattachée", "card attached", path=CARD),
    _act("CRE-07", _import_app, "appli carte Vitale", "Appli carte Vitale", path=APP),
    _act("VER-05", _deny, "vérification KO", "verification KO", path=VERIFICATION),
    _act("CRE-05", _create, "autre dossier créé", "another file created", makes=1, must_make=True),
    _act(
        "RSP-02", _arrive, "autre dossier créé depuis INSi", "another file created from INSi", path=FROM_INSI,
        makes=1,
    ),
    _act("CRE-06", _scan, "Datamatrix lu", "Datamatrix scanned", path=SCAN, makes=1),
)  # fmt: skip
"""What happens to the file that is worked on, in order."""
