"""One file that lives long: it rises and falls by every cause, in turn, and is looked at after each act.

A check that brings a new file to a status and has one thing happen to it sees the first fall of a file, never what comes
after it. A software that keeps a flag "came from INSi" or "was checked" beside the status shows it only when a file that
fell rises again: then the other half comes back by itself. Here one file loses its INS by each of the causes that the
reference names and is validated, fed or both again, by two users in turn.

The life is lived once a campaign and observed by the rules that say what each step leads to. A step that a software does
not have, or refuses where it may, is left out, and those that began where it would have led are left out with it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.attributes.marks import is_for_good
from conformance.suite.desk.apart import ATTRIBUTES, BY_MATRICULE, DASHBOARD, DOWNGRADE, VERIFICATION
from conformance.suite.desk.expect import refused_to_allow
from conformance.suite.states import long_life_acts as acts
from conformance.suite.status.moments import let_a_second_pass
from conformance.verdicts import Ending, UndecidedError

if TYPE_CHECKING:
    from conformance.drivers.model import Patient, StatusChange
    from conformance.drivers.screens import Dashboard
    from conformance.drivers.verbs.patients import LoweredStatus
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.long_life_acts import Does
    from simulator.registry.person import Person

PROV, RECUP, VALI, QUAL = Status.PROV, Status.RECUP, Status.VALI, Status.QUAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One act of the life."""

    does: Does
    begins: Status
    """A file of another status has not come this way: the step is left out."""
    leads_to: tuple[Status, ...]
    rule: str
    """The rule that says where it leads."""
    fr: str
    en: str
    by: str = "user"
    """Who is at the desk, see ``Desk.by``."""
    is_free: bool = False
    """No text asks that it can be done: a refusal leaves it out."""
    is_deduced: bool = False
    path: Apart | None = None
    """What only some software has, without which the life goes on."""
    attributes: frozenset[Attribute] = frozenset()
    """What the file carries afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """One step as it was seen."""

    step: Step
    before: Snapshot
    after: Snapshot
    answer: Patient | None
    """The file as the act gave it back."""
    listed: Patient | None
    """As the search showed it then; ``None``: it did not."""
    found_by_former: bool
    """Whether the search by matricule finds the file by the INS that it has just lost."""
    counted: tuple[Dashboard, Dashboard] | None
    """The dashboard before and after."""
    author: str
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """A life as far as it went."""

    person: Person
    steps: tuple[Lived, ...]
    history: tuple[StatusChange, ...]
    """At the end."""
    missed: tuple[tuple[Step, VerbNotSupportedError], ...]
    """The steps that the software does not have."""
    cut_short: tuple[Step, Exception] | None
    """The step that it ends with before its end, and why."""


_OTHER: Final = "super-user"


def _fed(begins: Status, leads_to: Status, *, by: str = "user", is_deduced: bool = False) -> Step:
    return Step(
        does=acts.feed, begins=begins, leads_to=(leads_to,), rule="STA-05" if leads_to is QUAL else "STA-03",
        fr="identité INSi acceptée", en="INSi identity accepted", by=by, is_deduced=is_deduced,
    )  # fmt: skip


def _checked(begins: Status, leads_to: Status, *, by: str = "user", is_deduced: bool = False) -> Step:
    return Step(
        does=acts.check, begins=begins, leads_to=(leads_to,), rule="STA-06" if leads_to is QUAL else "STA-04",
        fr="pièce contrôlée", en="document checked", by=by, is_deduced=is_deduced,
    )  # fmt: skip


def _lowered(begins: Status, target: LoweredStatus) -> Step:
    return Step(
        # That it stops halfway is in no text.
        does=acts.lower(target), begins=begins, leads_to=(PROV, VALI) if begins is QUAL else (PROV,), rule="STA-08",
        fr=f"abaissée à la main à {target}", en=f"lowered by hand to {target}", by=_OTHER, is_free=True,
        path=DOWNGRADE,
    )  # fmt: skip


def _marked(begins: Status, attribute: Attribute, *, by: str = "user") -> Step:
    return Step(
        does=acts.mark(attribute), begins=begins, leads_to=(PROV,), rule="ATT-03",
        fr=f"devenue {attribute}", en=f"made {attribute}", by=by, attributes=frozenset({attribute}), path=ATTRIBUTES,
        # Only the entitled user may call an identity made up.
        is_free=attribute is Attribute.FICTIVE,
    )  # fmt: skip


_UNMARKED: Final = Step(
    does=acts.unmark, begins=PROV, leads_to=(PROV,), rule="ATT-03", is_free=True, is_deduced=True,
    fr="attribut retiré", en="attribute removed",
)  # fmt: skip
_REPLACED: Final = Step(
    does=acts.replace, begins=PROV, leads_to=(PROV,), rule="ATT-03", is_free=True, is_deduced=True,
    fr="douteuse remplacée par homonyme, puis attribut retiré", en="douteuse replaced by homonyme, then attribute removed",
)  # fmt: skip
_PUT_RIGHT: Final = Step(
    does=acts.put_right, begins=VALI, leads_to=(PROV, VALI), rule="STA-09", by=_OTHER,
    fr="trait rétabli", en="trait put right",
)  # fmt: skip
_DENIED: Final = Step(
    does=acts.deny,
    begins=QUAL,
    leads_to=(PROV,),
    rule="VER-05",
    fr="vérification KO",
    en="verification KO",
    path=VERIFICATION,
)

RENAMED: Final = Step(
    does=acts.rename, begins=PROV, leads_to=(PROV,), rule="STA-08", is_free=True,
    fr="noms utilisés modifiés après un KO", en="names in use changed after a KO",
)  # fmt: skip


def _edited(begins: Status, leads_to: Status) -> Step:
    return Step(
        does=acts.edit, begins=begins, leads_to=(leads_to,), rule="STA-09", by=_OTHER,
        fr="trait strict modifié par un utilisateur habilité", en="strict trait changed by an entitled user",
    )  # fmt: skip


STEPS: Final = (
    _fed(PROV, RECUP),
    _lowered(RECUP, PROV),
    _checked(PROV, VALI),
    _fed(VALI, QUAL, by=_OTHER),
    _edited(QUAL, VALI),
    _PUT_RIGHT,
    _checked(PROV, VALI),  # Only where the change of a trait of a validée makes it provisoire.
    replace(_checked(VALI, VALI), does=acts.check_again, is_free=True),
    replace(_fed(VALI, QUAL), does=acts.feed_by_two),
    _DENIED,
    RENAMED,
    _fed(PROV, RECUP, by=_OTHER),
    _checked(RECUP, QUAL),
    _marked(QUAL, Attribute.DOUTEUSE, by=_OTHER),
    _UNMARKED,
    _fed(PROV, RECUP, is_deduced=True),
    _checked(RECUP, QUAL, by=_OTHER),
    _marked(QUAL, Attribute.FICTIVE),
    _UNMARKED,
    _checked(PROV, VALI, is_deduced=True),
    _fed(VALI, QUAL, by=_OTHER),
    _lowered(QUAL, VALI),
    _fed(VALI, QUAL),
    _lowered(QUAL, PROV),
    _fed(PROV, RECUP),
    _marked(RECUP, Attribute.DOUTEUSE),
    _REPLACED,
    _checked(PROV, VALI, by=_OTHER, is_deduced=True),
    _lowered(VALI, PROV),
    _checked(PROV, VALI),
    _marked(VALI, Attribute.FICTIVE, by=_OTHER),
    _UNMARKED,
)
"""A file that was typed, checked and fed and fell by hand, by a changed trait, by a KO and by each attribute."""


def life(desk: Desk) -> Life:
    """Return the life of one file; lived once a campaign."""
    return desk.once("long-life", _live)


def _live(desk: Desk) -> Life:
    person = desk.draw(first_names_count=2)
    patient = desk.create(person, used_name="KVORLAN")
    lived: list[Lived] = []
    missed: list[tuple[Step, VerbNotSupportedError]] = []
    cut_short: tuple[Step, Exception] | None = None
    before, counters = desk.snapshot(patient), _counters(desk)
    for step in STEPS:
        if before.patient.status is not step.begins:
            continue
        try:
            seen, counters = _do(desk, step, before, person, counters)
        except VerbNotSupportedError as missing:
            if step.path is None:
                cut_short = (step, missing)
                break
            missed.append((step, missing))
            with desk.if_offered(step.path):
                raise
            continue
        except (Ending, RefusedError) as obstacle:
            if step.is_free and not is_for_good(obstacle):
                counters = _counters(desk)
                continue
            cut_short = (step, obstacle)
            break
        lived.append(seen)
        before = seen.after
        if len(lived) == len(STEPS) // 2:
            let_a_second_pass(lived[0].ended)  # A fast machine lives it all within one.
    return Life(
        person=person,
        steps=tuple(lived),
        history=before.history or (),
        missed=tuple(missed),
        cut_short=cut_short,
    )


def _do(
    desk: Desk, step: Step, before: Snapshot, person: Person, counters: Dashboard | None
) -> tuple[Lived, Dashboard | None]:
    """Do a step; return it as it was seen, and the counters as they are now."""
    worker = desk.by(step.by)
    began = _now()
    answer = step.does(worker, before.patient, person)
    ended = _now()
    after = desk.snapshot(before.patient)
    listed = [each for each in desk.born_on(str(after.patient.birth_date)) if each.id == after.patient.id]
    now = _counters(desk)
    seen = Lived(
        step=step,
        before=before,
        after=after,
        answer=answer,
        listed=listed[0] if listed else None,
        found_by_former=_is_found_by_former(desk, before.patient, after.patient),
        counted=(counters, now) if counters and now else None,
        author=worker.user.user,
        began=began,
        ended=ended,
    )
    return seen, now


def _now() -> datetime:
    return datetime.now(UTC)


def _counters(desk: Desk) -> Dashboard | None:
    with desk.if_offered(DASHBOARD), suppress(RefusedError):
        return desk.lgo.read_dashboard(actor=desk.user)
    return None


def _is_found_by_former(desk: Desk, before: Patient, after: Patient) -> bool:
    if not before.matricule or after.matricule:
        return False
    with desk.if_offered(BY_MATRICULE), suppress(RefusedError):
        found = desk.lgo.search_by_matricule(before.matricule, actor=desk.user)
        return any(each.id == after.id for each in found)
    return False


def steps_of(lived: Life, *rules: str) -> list[Lived]:
    """Return the steps of these rules, or of all when none is named.

    Raises:
        Departure: the software refuses one that it has to allow.
        UndecidedError: the life was cut short by one of them, or before the first.
    """
    found = [each for each in lived.steps if not rules or each.step.rule in rules]
    if not found and (missing := [one for step, one in lived.missed if not rules or step.rule in rules]):
        raise missing[0]
    if lived.cut_short is None or (found and rules and lived.cut_short[0].rule not in rules):
        return found
    if found and is_for_good(lived.cut_short[1]):
        return found
    step, obstacle = lived.cut_short
    if isinstance(obstacle, VerbNotSupportedError) or is_for_good(obstacle):
        raise obstacle
    if rules and step.rule in rules and isinstance(obstacle, RefusedError):
        raise refused_to_allow(obstacle) from obstacle
    raise UndecidedError(
        f"la vie du dossier s'arrête à l'étape « {step.fr} » : {obstacle}",
        f"the life of the file ends at the step “{step.en}”: {obstacle}",
        depends_on=(step.rule,),
    )
