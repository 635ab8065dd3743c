"""The journey of a patient who is typed in, found on INSi, checked against a document, and corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import SearchCriteria
from conformance.guided.walking import Journey
from conformance.suite.desk.people import typed
from simulator.text import Text

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.guided.walking import Walk
    from conformance.suite.desk.steps import Desk

USED, OTHER_USED = "KVORLAN", "NALROVK"
FED = ("STA-03", "RSP-02")
"""The rules that say that the file is récupérée after the import."""


def _make(desk: Desk, walk: Walk) -> None:
    lgo, user, boss = desk.lgo, desk.user, desk.super_user
    person = walk.welcome(
        desk.draw(
            hyphen_name=True,
            apostrophe_name=False,
            space_name=False,
            compound_first_name=False,
            first_names_count=2,
        )
    )
    traits = typed(person, used_name=USED, first_names=None)
    walk.stage("person", lambda: person)
    walk.stage("traits", lambda: traits)
    walk.stage("created", lambda: lgo.create_patient(traits, actor=user).id)

    def file() -> str:
        return str(walk["created"])

    def look() -> Patient:
        return lgo.read_patient(file(), actor=user)

    day, name = traits.birth_date or "", traits.birth_name or ""
    walk.stage("typed", look)
    walk.stage("by-date", lambda: _search(desk, birth_date=day))
    walk.stage("by-used-name", lambda: _search(desk, birth_date=day, name_prefix=USED[:3]))
    walk.stage(
        "by-first-name",
        lambda: _search(desk, birth_date=day, first_name_prefix=(traits.first_name or "")[:1]),
    )
    walk.stage("by-plain-name", lambda: _search(desk, birth_date=day, name_prefix=name.replace("-", " ")))
    walk.stage("called", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("compared", lambda: lgo.read_proposal(walk["called"].id, actor=user))
    walk.stage("declined", lambda: lgo.decide_proposal(walk["called"].id, accept=False, actor=user))
    walk.stage("untouched", look)
    walk.stage("called-again", lambda: lgo.call_insi_traits(file(), actor=user))
    walk.stage("accepted", lambda: lgo.decide_proposal(walk["called-again"].id, accept=True, actor=user))
    walk.stage("fed", look)
    walk.stage("locked", lambda: lgo.update_patient(file(), {"birth_name": f"{name}ZED"}, actor=user))
    walk.stage("renamed", lambda: lgo.update_patient(file(), {"used_name": OTHER_USED}, actor=user))
    walk.stage("no-document", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("weak-document", lambda: lgo.record_proof(file(), "VITALE_CARD", actor=user))
    walk.stage("weakly-validated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("not-qualified", look)
    walk.stage("document", lambda: lgo.record_proof(file(), "CNI", actor=user))
    walk.stage("validated", lambda: lgo.validate_identity(file(), actor=user))
    walk.stage("qualified", look)
    walk.capture(
        "picture",
        Text(
            "Capturez le dossier tel qu'il s'ouvre, sans cliquer.",
            "Take a picture of the file as it opens, without a click.",
        ),
    )
    walk.stage("history", lambda: lgo.read_status_history(file(), actor=user))
    walk.stage("log", lambda: lgo.read_audit_log(patient_id=file(), actor=user))
    walk.stage("corrected", lambda: lgo.update_patient(file(), {"birth_name": f"{name}ZED"}, actor=boss))
    walk.stage("lowered", look)


IMPORT = Journey(
    key="import",
    title=Text(
        "un patient saisi, trouvé par INSi, contrôlé sur pièce, puis corrigé",
        "a patient typed in, found by INSi, checked against a document, then corrected",
    ),
    acts=27,
    minutes=26,
    make=_make,
)


def _search(desk: Desk, **criteria: str) -> list[Patient]:
    return desk.lgo.search_patients(SearchCriteria(**criteria), actor=desk.user)
