"""Two files of one person, with one INS: what is done to one is done to it alone, and a search shows both."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from conformance.drivers.model import Attribute, Status
from conformance.drivers.protocol import DriverError, RefusedError
from conformance.suite.attributes.marks import set_attributes
from conformance.suite.desk.apart import ATTRIBUTES, BY_MATRICULE, DOWNGRADE, NotOfferedError, path
from conformance.suite.desk.expect import expect
from conformance.suite.desk.people import NAMES_IN_USE, PLAIN, typed
from conformance.suite.desk.routes import Route
from conformance.suite.desk.snapshot import Moment, expect_kept

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

TWICE: Final = path("deux dossiers d'une même INS", "two files of one INS")
"""No text forbids a doublon, and none wants it: a software may refuse the second file, or its import."""

DAY: Final = "1977-11-19"


@dataclass(slots=True, kw_only=True)
class Doublon:
    """What was seen of the first file, and of the searches."""

    first: Patient
    second: Patient
    seen: dict[str, tuple[Snapshot, Snapshot]] = field(default_factory=dict)
    """The first file before and after what was done to the second, by rule."""
    found: frozenset[str] = frozenset()
    by_number: frozenset[str] | None = None
    """``None``: there is no search by matricule."""


MOMENTS: Final = {
    "RSP-02": Moment("même INS importée dans un second dossier", "the same INS imported into a second file"),
    "ATT-05": Moment(
        "second dossier de la même INS devenu douteux", "second file of the same INS made doubtful"
    ),
    "STA-08": Moment("second dossier de la même INS abaissé", "second file of the same INS lowered"),
}


def _lived(desk: Desk) -> Doublon:
    return desk.once("one-number", _live)


def _live(desk: Desk) -> Doublon:
    person = desk.draw(birth_date=DAY, **PLAIN)
    first = desk.bring(person, Route.IMPORTED_CHECKED, **NAMES_IN_USE)
    try:
        second = desk.lgo.create_patient(typed(person), actor=desk.user)
        before = desk.snapshot(first)
        call = desk.find(desk.read(second))
        fed = desk.try_accept(call)
        if isinstance(fed, RefusedError):
            raise fed
    except RefusedError as refusal:
        raise NotOfferedError(
            TWICE,
            f"le second dossier est refusé : {refusal.message}",
            f"the second file is refused: {refusal.message}",
        ) from refusal
    lived = Doublon(first=first, second=desk.read(second))
    if lived.second.matricule != first.matricule or lived.second.id == first.id:
        raise NotOfferedError(TWICE, "un seul dossier porte l'INS", "one file only bears the INS")
    lived.seen["RSP-02"] = (before, desk.snapshot(first))
    lived.found = frozenset(each.id for each in desk.born_on(DAY))
    with desk.if_offered(BY_MATRICULE):
        hits = desk.lgo.search_by_matricule(first.matricule or "", actor=desk.user)
        lived.by_number = frozenset(each.id for each in hits)
    with desk.if_offered(ATTRIBUTES), suppress(RefusedError):
        set_attributes(desk, second, frozenset({Attribute.DOUTEUSE}))
        lived.seen["ATT-05"] = (lived.seen["RSP-02"][1], desk.snapshot(first))
        set_attributes(desk, second, frozenset())
        desk.try_accept(desk.find(desk.read(second)))
    with desk.if_offered(DOWNGRADE):
        before = desk.snapshot(first)
        try:
            desk.lgo.downgrade_status(second.id, Status.PROV, actor=desk.user)
        except RefusedError:
            return lived  # No text says that it can be done by hand.
        lived.seen["STA-08"] = (before, desk.snapshot(first))
    return lived


@pytest.mark.title(
    fr="Ce qui est fait à un dossier ne change rien à celui qui porte la même INS",
    en="What is done to a file changes nothing in the one that bears the same INS",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(
            key,
            marks=[pytest.mark.rule(key), *([DOWNGRADE.mark] if key == "STA-08" else [])],
            id=key,
        )
        for key in MOMENTS
    ],
)
@TWICE.mark
def test_other_file_stays(desk: Desk, rule: str) -> None:
    lived = _lived(desk)
    seen = lived.seen.get(rule)
    if seen is None:
        if rule == "STA-08":
            with suppress(RefusedError, DriverError):
                # NOT_TESTED when there is none; the file itself may be gone with a reset since.
                desk.lgo.downgrade_status(lived.second.id, Status.PROV, actor=desk.user)
        raise NotOfferedError(
            TWICE, "le second dossier n'a pas pu l'être", "that could not be done to the second file"
        )
    before, after = seen
    # That there are two may be seen, and marked, by the software itself.
    grown = after.patient.attributes - before.patient.attributes == {Attribute.HOMONYME}
    expect_kept(
        after,
        before,
        MOMENTS[rule],
        besides={"attributes": after.patient.attributes} if grown else {},
        # A software may join two files of one person in a way that the driver does not know.
        inferred=rule == "RSP-02",
    )


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Deux dossiers de la même INS sont tous deux trouvés à la date de naissance",
    en="Two files of the same INS are both found at the birth date",
)
@TWICE.mark
def test_both_are_found(desk: Desk) -> None:
    lived = _lived(desk)
    expect(
        {lived.first.id, lived.second.id} <= lived.found,
        fr="de deux dossiers à la même INS, un seul est trouvé à la date de naissance",
        en="of two files with the same INS, one only is found at the birth date",
    )


@pytest.mark.rule("SRC-09")
@pytest.mark.title(
    fr="Le matricule que portent deux dossiers les trouve tous deux",
    en="The matricule that two files bear finds both of them",
)
@TWICE.mark
@BY_MATRICULE.mark
def test_both_are_found_by_number(desk: Desk) -> None:
    lived = _lived(desk)
    if lived.by_number is None:
        desk.lgo.search_by_matricule(
            lived.first.matricule or "", actor=desk.user
        )  # NOT_TESTED when there is none.
        return
    expect(
        {lived.first.id, lived.second.id} <= lived.by_number,
        fr="de deux dossiers à la même INS, un seul est trouvé par le matricule",
        en="of two files with the same INS, one only is found by the matricule",
        # The rule says what is demanded before the search; that it hides nobody is deduced.
        inferred=True,
    )
