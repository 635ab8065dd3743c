"""DOC-02: traits that a site adds to its paper."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents.record import Format, Trait
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import CHANGES
from conformance.suite.desk.cast import PARTS
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.papers import Artefact, Subject, expect_right, expected_of, owned_by
from conformance.suite.desk.routes import Route
from conformance.suite.desk.steps import preparing
from conformance.suite.journeys.brought import USED
from conformance.suite.journeys.papers import (
    INTERVIEW_REPORT,
    LABEL,
    MEDICATION_REVIEW,
    PRESCRIPTION,
    kinds_of,
)
from conformance.suite.site.settings import expect_others_kept
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.suite.desk.steps import Desk

_SETTING: Final = "printed_traits"
_TRAITS: Final = {
    "used_name": Trait.USED_NAME,
    "used_first_name": Trait.USED_FIRST_NAME,
    "birth_place": Trait.BIRTH_PLACE,
}
_TEMPLATES: Final = frozenset({INTERVIEW_REPORT, MEDICATION_REVIEW, LABEL})
"""What is printed besides: a report may have a template of its own, and a label has."""
_LATER: Final = ("CURBLEZ", "NALROVK")
"""The names in use once they are changed."""
_ABROAD: Final = "double-hyphen-abroad-summer"
_BORN: Final = PARTS[_ABROAD].wish["birth_place"]


@pytest.mark.rule("DOC-02")
@pytest.mark.title(
    fr="Chaque trait ajouté par paramétrage apparaît, avec la valeur du dossier, sans prendre la place d'un autre",
    en="Each trait added by configuration appears, with the value of the file, without taking the place of another",
)
def test_added_traits(desk: Desk) -> None:
    settings = desk.lgo.read_settings()
    kind = _kind(desk, settings)
    # A code that begins with 0 is the one that a number field spoils.
    person = desk.play(PARTS["hyphens-leading-zero-29-february"])
    patient = desk.bring(person, Route.IMPORTED_CHECKED, used_name=USED[0], used_first_name=USED[1])
    subject = Subject(key="QUAL", person=person, patient=patient)

    written: list[dict[str, str]] = []

    def page(*traits: str) -> Artefact:
        with preparing("régler les traits imprimés", "set the traits printed"):
            written.append(desk.lgo.write_settings({_SETTING: ",".join(traits)}))
        document = desk.lgo.render_document(patient.id, kind, actor=desk.user)
        return Artefact(label=kind, document=document, expected=expected_of(person, patient))

    def others() -> dict[str, Artefact]:
        return {one: printed for one in _others(desk, kind) if (printed := _printed(desk, subject, one))}

    try:
        # More than at the first time, and nothing of it once the setting is emptied.
        alone = {name: page(name) for name in _TRAITS}
        every, beside, abroad = page(*_TRAITS), others(), _abroad(desk, kind)
        unqualified = _unqualified(desk, kind)
        without = page()
        later = _later(desk, patient.id, page)
        beside_later = others() if later else {}
    finally:
        desk.lgo.write_settings({_SETTING: ""})
    for sheet in (without, every, *alone.values()):
        if sheet.document.format is not MessageFormat.PDF and sheet.read.format is not Format.PDF:
            raise UndecidedError(
                "le document imprimé n'est pas un PDF : ses textes ne se lisent pas",
                "the printed document is no PDF: its texts cannot be read",
                verdict=Verdict.NOT_TESTED,
            )
        expect(
            sheet.read.format is Format.PDF,
            fr="le document imprimé n'est pas un PDF",
            en="the printed document is no PDF",
        )
    # Birth name and first given name stay: the other rule looks at the page again.
    if later is not None:
        expect(
            all(
                name in later.read.text and old not in later.read.text
                for name, old in zip(_LATER, USED, strict=True)
            ),
            fr=f"les noms utilisés ont changé ({', '.join(_LATER)}), et la page porte : {_used_on(later)}",
            en=f"the names in use have changed ({', '.join(_LATER)}), and the page holds: {_used_on(later)}",
        )
    _expect_beside(beside, beside_later, person.identity.traits.birth_place or "")
    expect_right(
        [*((subject, sheet) for sheet in (without, every, *alone.values(), *beside.values())), abroad],
        owned_by("DOC-01"),
    )
    expect_each(
        {
            f"{name}, {how}": partial(_expect_there, sheet, name, person.identity.traits.birth_place)
            for name in _TRAITS
            for how, sheet in (("avec les autres", every), ("seul", alone[name]))
        }
        | {"birth_place, à l'étranger": partial(_expect_there, abroad[1], "birth_place", _BORN)}
    )
    expect(
        not any(
            USED[0] in part.text or USED[1] in part.text for part in (without.read, alone["birth_place"].read)
        ),
        fr="le nom ou le prénom utilisé est imprimé alors que le paramètre ne le demande pas",
        en="the used name or first name is printed although the setting does not ask for it",
        # No text forbids to print it always; the setting then has no effect.
        inferred=True,
    )
    expect(
        unqualified is None or all(name in unqualified.read.text for name in USED),
        fr="les traits ajoutés par paramétrage ne sont pas imprimés d'une identité provisoire",
        en="the traits added by configuration are not printed of a provisional identity",
        # The setting is about printed documents; that of an identity not qualified is not named.
        inferred=True,
    )
    expect_others_kept(settings, written[-1], _SETTING)


def _others(desk: Desk, kind: str) -> list[str]:
    """Return the other kinds that are printed: each has a template of its own."""
    return [one for one in kinds_of(desk) if one in _TEMPLATES and one != kind]


def _printed(desk: Desk, subject: Subject, kind: str) -> Artefact | None:
    """Print another kind; ``None`` where it is refused, which is for the other rules."""
    patient = subject.patient
    with suppress(RefusedError):
        document = desk.lgo.render_document(patient.id, kind, actor=desk.user)
        return Artefact(label=kind, document=document, expected=expected_of(subject.person, patient))
    return None


def _expect_beside(every: Mapping[str, Artefact], later: Mapping[str, Artefact], place: str) -> None:
    """Check that the setting acts on other documents too, and that what they add is what the file holds now."""
    for kind, sheet in every.items():
        missing = [text for text in (*USED, place) if text not in sheet.read.text]
        expect(
            kind == LABEL or sheet.read.format is not Format.PDF or not missing,
            fr=f"{kind} : les traits ajoutés par paramétrage n'y sont pas tous ({', '.join(missing)})",
            en=f"{kind}: not all the traits added by configuration are there ({', '.join(missing)})",
            # Which documents the setting is about is in no text.
            inferred=True,
        )
    for kind, sheet in later.items():
        stale = [text for text in USED if text in sheet.read.text]
        expect(
            not stale,
            fr=f"{kind} : les noms utilisés ont changé ({', '.join(_LATER)}), et la page porte encore {', '.join(stale)}",
            en=f"{kind}: the names in use have changed ({', '.join(_LATER)}), and the page still holds {', '.join(stale)}",
        )
        added = any(text in every[kind].read.text for text in USED) if kind in every else False
        expect(
            not added or all(name in sheet.read.text for name in _LATER),
            fr=f"{kind} : les noms utilisés ont changé ({', '.join(_LATER)}), et la page ne les porte pas",
            en=f"{kind}: the names in use have changed ({', '.join(_LATER)}), and the page does not hold them",
        )


def _abroad(desk: Desk, kind: str) -> tuple[Subject, Artefact]:
    """Print what is printed of somebody born abroad, whose place is a country, and who has no name in use."""
    person = desk.play(PARTS[_ABROAD])
    patient = desk.bring(person, Route.IMPORTED_CHECKED)
    document = desk.lgo.render_document(patient.id, kind, actor=desk.user)
    subject = Subject(key="QUAL, 99", person=person, patient=patient)
    return subject, Artefact(label=kind, document=document, expected=expected_of(person, patient))


def _unqualified(desk: Desk, kind: str) -> Artefact | None:
    """Print what is printed of somebody who is not qualified, with names in use; ``None`` where nothing is, or no PDF."""
    person = desk.draw()
    with suppress(RefusedError):
        patient = desk.bring(person, Route.TYPED, used_name=USED[0], used_first_name=USED[1])
        document = desk.lgo.render_document(patient.id, kind, actor=desk.user)
        sheet = Artefact(label=kind, document=document, expected=expected_of(person, patient))
        return sheet if sheet.read.format is Format.PDF else None
    return None


def _later(desk: Desk, patient_id: str, page: Callable[..., Artefact]) -> Artefact | None:
    """Print once more after the names in use have changed; ``None`` where they cannot be changed (STA-14)."""
    with desk.if_offered(CHANGES), suppress(RefusedError):
        changes = dict(zip(("used_name", "used_first_name"), _LATER, strict=True))
        desk.lgo.update_patient(patient_id, dict(changes), actor=desk.user)
        return page(*_TRAITS)
    return None


def _used_on(sheet: Artefact) -> str:
    told = [sheet.read.records[0].first(trait) for trait in (Trait.USED_NAME, Trait.USED_FIRST_NAME)]
    return ", ".join(one.text for one in told if one) or "-"


def _expect_there(sheet: Artefact, name: str, place: str | None) -> None:
    wanted = {"used_name": USED[0], "used_first_name": USED[1], "birth_place": place or ""}[name]
    record = sheet.read.records[0]
    told = record.first(_TRAITS[name])
    value = told.normal if told else ""
    expect(
        value == wanted or (told is None and wanted in sheet.read.text.split()),
        fr=f"{_TRAITS[name].text.fr} : « {wanted} » attendu sur la page, « {value} » lu",
        en=f"{_TRAITS[name].text.en}: expected “{wanted}” on the page, read “{value}”",
    )


def _kind(desk: Desk, settings: Mapping[str, str]) -> str:
    if _SETTING not in settings:
        raise UndecidedError(
            f"le logiciel ne montre pas le paramètre {_SETTING} (traits ajoutés aux documents) dans /settings",
            f"the software does not show the setting {_SETTING} (traits added to documents) in /settings",
            verdict=Verdict.NOT_TESTED,
        )
    return next(one for one in kinds_of(desk) if one != PRESCRIPTION)
