"""A night, and a year, change nothing in files that nobody touches: each rule judges what it says of them."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conformance.drivers import site
from conformance.drivers.model import IDENTITY_FIELDS, Attribute, Status
from conformance.suite.desk.apart import BESIDE, CLOCK, SETTINGS, NotOfferedError
from conformance.suite.desk.expect import expect, expect_each, expect_equal
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.snapshot import Snapshot
from conformance.suite.desk.words import label
from conformance.suite.states.household import household
from conformance.suite.states.nights import LISTS, SPANS
from conformance.suite.states.overnight import OF_RULE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.nights import Night

_INS = ("matricule", "oid")
_OF_STATUS = {"STA-03": Status.RECUP, "STA-04": Status.VALI, "STA-05": Status.QUAL}
"""The rule that says what each status is, of files that had it the evening before."""
_UNCHECKED = frozenset({Status.PROV, Status.RECUP})


def _fields(rule: str, status: Status) -> tuple[str, ...]:
    """Return what a rule has to say of a file that was at this status."""
    match rule:
        case "FLD-01":
            return (*(name for name in IDENTITY_FIELDS if name not in _INS), "billing_number")
        case "FLD-04":
            return tuple(NAMES_IN_USE)
        case "ATT-01":
            return ("attributes",)
        case "PRF-01":
            return ("proof",)
        case "PRF-05":
            return ("status",) if status in _UNCHECKED else ()
        case _:
            return ("status", *_INS) if status is _OF_STATUS[rule] else ()


@pytest.mark.title(
    fr="Une nuit, puis plus d'un an, passent sur un dossier auquel on ne touche pas : il reste ce qu'il était",
    en="A night, then more than a year, go by over a file that nobody touches: it stays what it was",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(key, marks=pytest.mark.rule(key), id=key)
        for key in ("FLD-01", "FLD-04", "ATT-01", "PRF-01", "PRF-05", *_OF_STATUS)
    ],
)
@BESIDE.mark
@CLOCK.mark
def test_files_stay(desk: Desk, rule: str) -> None:
    def judge(night: Night, key: str) -> None:
        if key not in night.after:
            expect(
                rule != "FLD-01",
                fr=f"{SPANS[night.days][0]} après, le dossier du {key} n'existe plus",
                en=f"{SPANS[night.days][1]} later, the file of another person ({key}) does not exist any more",
                inferred=night.days > 1,
            )
            return
        before = Snapshot(patient=night.before[key], history=None).values
        after = Snapshot(patient=night.after[key], history=None).values
        # That two people have the same name may be seen, and marked, by a job of the software.
        grown = night.after[key].attributes - night.before[key].attributes
        for name in _fields(rule, night.before[key].status):
            if name == "attributes" and grown == {Attribute.HOMONYME}:
                continue
            named = label(name)
            expect_equal(
                got=after[name],
                expected=before[name],
                fr=f"{SPANS[night.days][0]} après, dossier du {key}, {named.fr}",
                en=f"{SPANS[night.days][1]} later, file of another person ({key}), {named.en}",
                # What a software does with files that nobody has opened for so long is in no text.
                inferred=night.days > 1,
            )

    expect_each(
        {
            f"{night.days} j, {key}": partial(judge, night, key)
            for night in _nights(desk)
            for key in night.before
        }
    )


@pytest.mark.rule("SRC-01")
@pytest.mark.title(
    fr="Une nuit, puis plus d'un an après, chacun est encore trouvé à sa date de naissance",
    en="A night, then more than a year later, everybody is still found at their birth date",
)
@BESIDE.mark
@CLOCK.mark
def test_still_found(desk: Desk) -> None:
    def judge(night: Night) -> None:
        lost = sorted(night.before.keys() - night.found)
        expect(
            not lost,
            fr=f"{SPANS[night.days][0]} après, ne se trouve(nt) plus : {', '.join(lost)}",
            en=f"{SPANS[night.days][1]} later, not found any more: {', '.join(lost)}",
            inferred=night.days > 1,
        )

    expect_each({f"{night.days} j": partial(judge, night) for night in _nights(desk)})


_SET_BY_THE_SITE = {
    "PRF-02": (LISTS, "liste des pièces du site", "list of documents of the site"),
    "DIS-02": ((site.DISPLAYED_FIELDS,), "données affichées", "data displayed"),
}


@pytest.mark.title(
    fr="Ce que le site a réglé (pièces, affichage) est encore le sien le lendemain",
    en="What the site has set (documents, display) is still its own the next day",
)
@pytest.mark.parametrize(
    "rule", [pytest.param(key, marks=pytest.mark.rule(key), id=key) for key in _SET_BY_THE_SITE]
)
@BESIDE.mark
@CLOCK.mark
@SETTINGS.mark
def test_settings_stay(desk: Desk, rule: str) -> None:
    names, fr, en = _SET_BY_THE_SITE[rule]

    def judge(night: Night) -> None:
        before, after = night.settings or ({}, {})
        if not set(names) <= before.keys():
            raise NotOfferedError(SETTINGS, f"{fr} : ne se règle pas", f"{en}: cannot be set")
        expect_equal(
            got={name: after.get(name) for name in names},
            expected={name: before[name] for name in names},
            fr=f"{SPANS[night.days][0]} après, {fr}",
            en=f"{SPANS[night.days][1]} later, {en}",
        )

    expect_each({f"{night.days} j": partial(judge, night) for night in _nights(desk)})


@pytest.mark.title(
    fr="Une nuit passe : ce qui était tracé, historisé, à traiter, refusé ou interdit l'est encore",
    en="A night goes by: what was logged, in a history, to be treated, refused or forbidden still is",
)
@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(key, marks=(pytest.mark.rule(key), path.mark), id=key)
        for key, (_, path) in OF_RULE.items()
    ],
)
@BESIDE.mark
@CLOCK.mark
def test_the_rest_stays(desk: Desk, rule: str) -> None:
    seen = next((night.rest for night in _nights(desk) if night.rest is not None), None)
    before = Counter[str]() if seen is None else seen[0].of(rule)
    if seen is None or not before:
        raise NotOfferedError(OF_RULE[rule][1], "rien n'était là le soir", "nothing was there in the evening")
    gone = before - seen[1].of(rule)
    expect(
        not gone,
        fr=f"{SPANS[1][0]} après, il manque {len(gone)} sur {len(before)} : {', '.join(list(gone)[:2])}",
        en=f"{SPANS[1][1]} later, {len(gone)} of {len(before)} are missing: {', '.join(list(gone)[:2])}",
        # What a screen shows of the days before is in no text; rights and refusals are.
        inferred=rule not in {"SEC-03", "TRA-02", "TRA-16"},
    )


def _nights(desk: Desk) -> Iterator[Night]:
    seen = household(desk).nights
    if not seen:
        desk.lgo.set_clock(now=None)  # NOT_TESTED when there is no such verb.
        raise NotOfferedError(CLOCK, "l'horloge ne se règle pas", "the clock cannot be set")
    yield from seen
