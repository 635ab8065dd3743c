"""The long life of one file, seen by the rules of its steps: a file that fell has to earn both halves of its status again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers.model import STRICT_FIELDS, Attribute, Status
from conformance.suite.desk.apart import DOWNGRADE
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.routes import WITH_INS
from conformance.suite.states.long_life import Lived, life, steps_of
from conformance.suite.status.chains import chains_of
from conformance.suite.status.moments import is_apart, is_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.suite.desk.steps import Desk

TYPED = frozenset(STRICT_FIELDS) - {"matricule", "oid"}


@pytest.mark.title(
    fr="Un dossier déclassé par chaque cause regagne chaque moitié de son statut par l'acte qui la donne, et par lui seul",
    en="A file downgraded by each cause earns each half of its status again by the act that gives it, and by that alone",
)
@pytest.mark.parametrize(
    "rule",
    [
        *(
            pytest.param(key, marks=pytest.mark.rule(key), id=key)
            for key in ("STA-03", "STA-04", "STA-05", "STA-06", "STA-09", "ATT-03", "VER-05")
        ),
        pytest.param("STA-08", marks=[pytest.mark.rule("STA-08"), DOWNGRADE.mark], id="STA-08"),
    ],
)
def test_each_step_leads_where_it_has_to(desk: Desk, rule: str) -> None:
    def judge(seen: Lived) -> None:
        expect(
            seen.after.patient.status in seen.step.leads_to,
            fr=f"{seen.step.fr}, identité {seen.step.begins}, le statut est {seen.after.patient.status}",
            en=f"{seen.step.en}, identity {seen.step.begins}, the status is {seen.after.patient.status}",
            inferred=seen.step.is_deduced,
        )

    _each(steps_of(life(desk), rule), judge)


@pytest.mark.title(
    fr="À chaque étape, l'INS est là aux seuls statuts qui la portent : au dossier, dans la réponse de l'acte et dans la liste",
    en="At each step the INS is there at the statuses that bear it and no other: in the file, the answer of the act and the list",
)
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((), marks=pytest.mark.rule("STA-08"), id="STA-08"),
        pytest.param(("ATT-03",), marks=pytest.mark.rule("ATT-05"), id="ATT-05"),
        pytest.param(("VER-05",), marks=pytest.mark.rule("VER-05"), id="VER-05"),
    ],
)
def test_ins_follows_the_status(desk: Desk, steps: tuple[str, ...]) -> None:
    def judge(seen: Lived) -> None:
        holds = seen.after.patient.status in WITH_INS
        for where, shown in (
            ("dossier", seen.after.patient),
            ("réponse", seen.answer),
            ("liste", seen.listed),
        ):
            if shown is None or (where == "réponse" and shown.status is not seen.after.patient.status):
                continue  # An answer that is not that of the file: STA-01.
            kept = [name for name in ("matricule", "oid") if getattr(shown, name)]
            expect(
                holds or not kept,
                fr=f"{seen.step.fr}, identité devenue {seen.after.patient.status}, {where} : {', '.join(kept)} encore là",
                en=f"{seen.step.en}, identity gone to {seen.after.patient.status}, {where}: {', '.join(kept)} still there",
            )
        # Invalidated in the base (Règle 27): that the search by number finds nobody by it is a deduction.
        expect(
            not seen.found_by_former,
            fr=f"{seen.step.fr}, la recherche trouve le dossier par le matricule qu'il n'a plus",
            en=f"{seen.step.en}, the search finds the file by the matricule that it has no more",
            inferred=True,
        )

    _each(steps_of(life(desk), *steps), judge)


@pytest.mark.rule("STA-01")
@pytest.mark.title(
    fr="À chaque étape, ce que rend l'acte et ce que montre la recherche est le statut du dossier",
    en="At each step, what the act gives back and what the search shows is the status of the file",
)
def test_one_status_everywhere(desk: Desk) -> None:
    def judge(seen: Lived) -> None:
        for shown, fr, en in ((seen.answer, "rendu par l'acte", "given back by the act"), (seen.listed, "dans la recherche", "in the search")):  # fmt: skip
            if shown is not None:
                expect_equal(
                    got=shown.status,
                    expected=seen.after.patient.status,
                    fr=f"statut {fr} ({seen.step.fr})",
                    en=f"status {en} ({seen.step.en})",
                )

    _each(steps_of(life(desk)), judge)


@pytest.mark.rule("ATT-01")
@pytest.mark.title(
    fr="À chaque étape, l'attribut est au dossier tant qu'il n'est pas retiré, et plus ensuite",
    en="At each step the attribute is in the file as long as it is not taken away, and no longer then",
)
def test_attributes_follow(desk: Desk) -> None:
    def judge(seen: Lived) -> None:
        for shown in (seen.after.patient, seen.listed):
            if shown is not None:
                expect_equal(
                    got=shown.attributes,
                    expected=seen.step.attributes,
                    fr=f"attributs ({seen.step.fr})",
                    en=f"attributes ({seen.step.en})",
                )

    steps_of(life(desk), "ATT-03")  # NOT_TESTED when no attribute can be set.
    _each(steps_of(life(desk)), judge)


@pytest.mark.rule("STA-07")
@pytest.mark.title(
    fr="À la fin d'une longue vie, l'historique dit tous les changements, dans l'ordre, chacun avec son auteur et son heure",
    en="At the end of a long life the history tells all the changes, in order, each with its author and time",
)
def test_whole_history(desk: Desk) -> None:
    lived = life(desk)
    moved = [each for each in steps_of(lived) if each.before.patient.status is not each.after.patient.status]
    if not lived.history:
        desk.lgo.read_status_history(
            moved[0].after.patient.id, actor=desk.user
        )  # NOT_TESTED when there is none.
    changes = [each for each in lived.history if each.previous is not None and each.previous != each.status]
    chains = chains_of(
        lived.history, [(each.before.patient.status, each.after.patient.status) for each in moved]
    )
    for chain, seen in zip(chains, moved, strict=True):
        for change in chain:
            expect_equal(
                got=change.author or None,
                expected=seen.author,
                fr=f"auteur ({seen.step.fr})",
                en=f"author ({seen.step.en})",
            )
            expect(
                is_moment(change.at, seen.began, seen.ended),
                fr=f"{seen.step.fr} : « {change.at} » n'est pas le moment du changement ({seen.began:%H:%M:%S} UTC)",
                en=f"{seen.step.en}: “{change.at}” is not the moment of the change ({seen.began:%H:%M:%S} UTC)",
            )

    # Each time near the truth, the times may still all be one: that of the file's creation, or of the start of the day.
    first, last, began, ended = changes[0], changes[-1], moved[0], moved[-1]
    expect(
        is_apart(first.at, last.at, began.ended, ended.began),
        fr=f"{len(moved)} changements faits l'un après l'autre sont datés de « {first.at} » à « {last.at} »",
        en=f"{len(moved)} changes made one after the other are dated from “{first.at}” to “{last.at}”",
    )


@pytest.mark.rule("STA-13")
@pytest.mark.title(
    fr="À chaque étape, ce qui se montre verrouillé est ce qui l'est à ce statut, sans reste du statut d'avant",
    en="At each step, what shows as locked is what is locked at that status, with nothing left of the status before",
)
def test_lock_follows(desk: Desk) -> None:
    steps = steps_of(life(desk))
    if not any(each.after.patient.locked_fields for each in steps):
        return  # The other checks of the rule say that this software does not tell its locks.

    def judge(seen: Lived) -> None:
        patient = seen.after.patient
        wrong = sorted(patient.locked_fields.intersection(TYPED))
        missing = sorted(frozenset(STRICT_FIELDS) - patient.locked_fields)
        if patient.status in WITH_INS:
            expect(
                not missing,
                fr=f"{seen.step.fr}, identité {patient.status} : non verrouillés à l'écran : {', '.join(missing)}",
                en=f"{seen.step.en}, identity {patient.status}: not locked on screen: {', '.join(missing)}",
            )
        else:
            expect(
                not wrong,
                fr=f"{seen.step.fr}, identité {patient.status} : verrouillés à tort : {', '.join(wrong)}",
                en=f"{seen.step.en}, identity {patient.status}: locked wrongly: {', '.join(wrong)}",
                # What a validée lets an ordinary user change is seen in one scenario only.
                inferred=patient.status is Status.VALI,
            )

    _each(steps, judge)


@pytest.mark.rule("BLK-05")
@pytest.mark.title(
    fr="Le nombre d'identités qualifiées suit le dossier à chaque étape de sa vie",
    en="The number of identités qualifiées follows the file at each step of its life",
)
def test_counted(desk: Desk) -> None:
    steps = steps_of(life(desk))
    if not any(each.counted for each in steps):
        desk.lgo.read_dashboard(actor=desk.user)  # NOT_TESTED when there is none.

    def judge(seen: Lived) -> None:
        if seen.counted is None:
            return
        before, after = seen.counted
        is_now, was = (each.patient.status is Status.QUAL for each in (seen.after, seen.before))
        fewer = sum(
            sign * (Attribute.FICTIVE in each.patient.attributes)
            for sign, each in ((1, seen.after), (-1, seen.before))
        )
        added = after.patients - before.patients
        expect_equal(
            got=(added, after.qualified - before.qualified),
            # Whether somebody who does not exist is a patient is not said.
            expected=(-fewer if added == -fewer else 0, is_now - was),
            fr=f"dossiers et identités qualifiées ajoutés ({seen.step.fr})",
            en=f"files and identités qualifiées added ({seen.step.en})",
        )

    _each(steps, judge)


def _each(steps: list[Lived], judge: Callable[[Lived], None]) -> None:
    expect_each(
        {f"{number} {seen.step.begins}": partial(judge, seen) for number, seen in enumerate(steps, 1)}
    )
