"""How the files that chance leads begin, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from conformance.suite.desk.apart import APP, FROM_INSI, RECEPTION
from conformance.suite.desk.cast import Part
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.states import origins

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.drivers.model import Patient
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.cast import Names
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_acts import Cast

NameMaker: TypeAlias = "Callable[[str, list[str]], Names]"
"""Makes a birth name and first names of drawn ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the files of a walk begin."""

    key: str
    """Kebab-case, names the case."""
    fr: str
    en: str
    rule: str
    """The rule that says in which status such a file begins."""
    makes: Callable[[Desk, Cast], Patient | None]
    """Returns the file; ``None``: the software makes none."""
    parts: tuple[Part, Part]
    """The two people who come, as unlike as can be; the second has more in the file."""
    path: Apart | None = None


def _typed(desk: Desk, cast: Cast) -> Patient:
    return desk.create(cast.person)


def _typed_full(desk: Desk, cast: Cast) -> Patient:
    return desk.create(cast.person, **NAMES_IN_USE)


def _from_insi(desk: Desk, cast: Cast) -> Patient:
    return desk.arrive(cast.person)


def _laden(name: str, firsts: list[str]) -> Names:
    """Return names with all that is lost of names: whatever is done to one of these shapes alone is done to them."""
    return f"DE L'{name}-{firsts[2]}--{firsts[3]}", f"{firsts[0]}-{firsts[1]} {firsts[2]} {firsts[3]}"


def _titled(name: str, firsts: list[str]) -> Names:
    return f"SAINT {name}", f"{firsts[0]} {firsts[1]}-{firsts[2]} {firsts[3]}"


def _part(sex: str, born: str, place: str, *, names: NameMaker | None = _laden, nia: bool = False) -> Part:
    wish = {"sex": sex, "birth_date": born, "birth_place": place, "nia": nia}
    return Part(key=f"{sex}-{born}-{place}", wish=wish, names=names)


STARTS: Final = (
    Start(
        key="typed", fr="saisi", en="typed", rule="STA-01", makes=_typed,
        parts=(_part("F", "1984-01-31", "75114", names=None), _part("M", "1986-12-31", "2B033")),
    ),
    Start(
        key="typed-full", fr="saisi avec des noms utilisés", en="typed with names in use", rule="STA-14", makes=_typed_full,
        parts=(_part("M", "1947-11-30", "99352"), _part("F", "2016-02-29", "97105")),
    ),
    Start(
        key="typed-waiting", fr="saisi, connu par un numéro d'attente", en="typed, known by a waiting number", rule="RSP-20",
        makes=_typed_full, parts=(_part("F", "1962-07-01", "99109", nia=True), _part("M", "2001-01-01", "06027", nia=True)),
    ),
    Start(
        key="from-insi", fr="créé depuis INSi", en="made from INSi", rule="STA-03", makes=_from_insi, path=FROM_INSI,
        parts=(_part("F", "1931-01-01", "01053"), _part("M", "1978-08-12", "97411", names=_titled)),
    ),
    Start(
        key="received", fr="reçu et confirmé", en="received and confirmed", rule="VER-09", makes=origins.received_file,
        path=RECEPTION, parts=(_part("M", "1990-10-09", "59350", names=_titled), _part("F", "1939-03-31", "99127")),
    ),
    Start(
        key="denied", fr="reçu et démenti", en="received and denied", rule="VER-06", makes=origins.denied_file, path=RECEPTION,
        parts=(_part("F", "2012-06-30", "2A247"), _part("M", "1969-05-17", "13055", names=None)),
    ),
    Start(
        key="app", fr="remis par l'appli", en="handed over by the app", rule="CRE-07", makes=origins.app_file, path=APP,
        parts=(_part("M", "1995-02-28", "97209"), _part("F", "1950-09-25", "04070", names=_titled)),
    ),
)  # fmt: skip
"""The ways in which files begin."""
