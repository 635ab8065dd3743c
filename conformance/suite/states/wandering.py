"""Files that are led by chance: whoever comes, from wherever, meets acts in an order that nobody has thought of.

Each life written down by hand meets the mistakes that its author had in mind. Here the order is drawn: two files of unlike
people, begun in the same way, take turns; each act is one of those of the other lives, done by either user, and is held to
what it may change. Between the acts the files are searched, and messages about them are made. What all watches of a check
see on the way is told under the rules that it departs from.

The draw is that of the campaign's seed: the same seed, the same way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Final, TypeAlias

from conformance.drivers.errors import VerbNotSupportedError
from conformance.drivers.partners import MessageFormat
from conformance.drivers.protocol import RefusedError
from conformance.drivers.screens import Form
from conformance.suite.desk.apart import (
    APP,
    CARD,
    FROM_INSI,
    RECEPTION,
    NotOfferedError,
)
from conformance.suite.desk.cards import on_own_card
from conformance.suite.desk.cast import Part
from conformance.suite.desk.expect import expect
from conformance.suite.desk.found import Found, Owners
from conformance.suite.desk.full import load
from conformance.suite.desk.papers import Artefact, Subject, asides_of, expected_of
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.desk.steps import USERS, preparing
from conformance.suite.display.labels import expect_shown
from conformance.suite.journeys.papers import kinds_of
from conformance.suite.states import changing_acts as acts
from conformance.suite.states import origins
from conformance.suite.states.changing_acts import Cast
from conformance.suite.states.changing_life import Stopped, Turned, known_earlier, seen_first, taken
from conformance.suite.states.judging import (
    REQUESTS,
    expect_change_logged,
    expect_credited,
    expect_in_history,
    expect_log_kept,
    expect_not_logged_as_done,
    expect_rest_kept,
)
from conformance.suite.states.wandering_acts import (
    BY_TRAITS,
    BY_TWO,
    NEED_MARK,
    OF_MARKED,
    OTHERS,
    RAISING,
    STRICT,
)
from conformance.verdicts import Departure, UndecidedError
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.drivers.model import Patient
    from conformance.drivers.partners import Document
    from conformance.suite.desk.apart import Apart
    from conformance.suite.desk.cast import Names
    from conformance.suite.desk.steps import Desk
    from conformance.suite.states.changing_life import Looked
    from conformance.suite.states.changing_turns import Turn
    from simulator.registry.person import Person

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

_LENGTH: Final = 30
"""Acts of a walk."""


@dataclass(slots=True)
class _Wanderer:
    """One of the files."""

    cast: Cast
    at: Looked

    @property
    def patient(self) -> Patient:
        return self.at.snapshot.patient

    def fits(self, turn: Turn) -> bool:
        """Return whether an act can be done to the file as it is."""
        if self.patient.status not in turn.begins:
            return False
        if turn.path is CARD and self.cast.people.insured.person.identity.oid == InsOid.NIA:
            return False  # Nobody has a card under a waiting number.
        if turn.does in NEED_MARK and not self.is_marked:
            return False
        if self.is_marked and turn.does not in OF_MARKED and turn.rule != "STA-14":
            return False
        return turn.does not in BY_TRAITS or self.is_as_born

    @property
    def is_marked(self) -> bool:
        """Whether the file is that of a doubtful or made up identity."""
        return bool(DISQUALIFYING & self.patient.attributes)

    @property
    def is_as_born(self) -> bool:
        """Whether the file bears the traits that INSi knows its person by now."""
        traits = self.cast.person.identity.traits
        return all(getattr(self.patient, name) == getattr(traits, name) for name in STRICT)


def walked(desk: Desk, start: Start) -> list[Found]:
    """Lead two files by chance, and return the departures, each with the rule that it belongs to.

    Raises:
        NotOfferedError: the software makes no such file.
    """
    wanderers = [_begun(desk, start, part) for part in start.parts]
    chance = Random(wanderers[0].cast.person.identity.matricule.number)  # noqa: S311 - repeatable on purpose
    found: list[Found] = []
    for _ in range(_LENGTH):
        one = chance.choice(wanderers)
        turn = _drawn(chance, one)
        seen, one.at = taken(desk, one.cast, turn, one.at)
        found += _judged(start, seen)
        found += _look(desk.by(chance.choice(USERS)), chance, one, start)
    return found


def _begun(desk: Desk, start: Start, part: Part) -> _Wanderer:
    people = on_own_card(part, desk.draw)
    cast = Cast(people=people, earlier=known_earlier(desk, people.insured.person))
    with preparing(start.fr, start.en, depends_on=(start.rule,)):
        patient = start.makes(desk, cast)
    if patient is None:
        assert start.path is not None
        raise NotOfferedError(
            start.path, f"dossier {start.fr} : aucun n'est fait", f"file {start.en}: none is made"
        )
    if part is not start.parts[0]:
        load(desk, patient, cast.person)
    return _Wanderer(cast=cast, at=seen_first(desk, patient))


def _drawn(chance: Random, one: _Wanderer) -> Turn:
    """Draw an act; whatever an ordinary user may do the other may do too."""
    pool = [turn for turn in (RAISING if chance.random() < _HALF else OTHERS) if one.fits(turn)]
    turn = chance.choice(pool or [turn for turn in OTHERS if one.fits(turn)])
    # What may be done to a doubtful or made up identity is the software's to say.
    turn = replace(turn, must=turn.must and not one.is_marked)
    is_anybodys = turn.by == USERS[0] and turn.does is not acts.try_locked
    return replace(turn, by=chance.choice(USERS)) if is_anybodys else turn


_HALF: Final = 0.5
_LOOKED: Final = 0.7
"""How often a file is looked at between two acts."""


def _judged(start: Start, seen: Turned | Stopped | None) -> Iterator[Found]:
    """Yield the departures of an act, each with its rule."""
    if isinstance(seen, Stopped) and isinstance(seen.error, Departure):
        yield Found(Owners(seen.turn.rule), _of_walk(start, seen.error))
    if not isinstance(seen, Turned):
        return
    judges: tuple[tuple[str, Callable[[Turned], None]], ...] = (
        (seen.turn.rule, expect_rest_kept),
        *((each, partial(expect_log_kept, each)) for each in (*REQUESTS.values(), "SEC-05")),
        ("SEC-05", expect_change_logged),
        ("SEC-05", expect_not_logged_as_done),
        *(() if seen.turn.does in BY_TWO else (("SEC-02", expect_credited), ("STA-07", expect_in_history))),
    )
    for rule, judge in judges:
        try:
            judge(seen)
        except Departure as departure:
            yield Found(Owners(rule), _of_walk(start, departure))


def _of_walk(start: Start, departure: Departure) -> Departure:
    fr, en = departure.text.fr, departure.text.en
    return Departure(f"dossier {start.fr}, {fr}", f"file {start.en}, {en}", inferred=departure.inferred)


def _look(desk: Desk, chance: Random, one: _Wanderer, start: Start) -> Iterator[Found]:
    """Have something shown or made of a file between two acts; what is wrong with it the watches tell too."""
    if chance.random() > _LOOKED:
        return
    look = chance.choice((_search, _search_by_number, _screen, _tell, _tell, _print))
    with suppress(RefusedError, UndecidedError, VerbNotSupportedError):
        try:
            look(desk, chance, one, start)
        except Departure as departure:
            yield Found(Owners(_LOOKS[look]), _of_walk(start, departure))


def _search(desk: Desk, chance: Random, one: _Wanderer, _start: Start) -> None:
    name = str(one.patient.birth_name)
    prefix = {"name_prefix": name[:3]} if chance.random() < _HALF else {}
    shown = desk.search(birth_date=str(one.patient.birth_date), **prefix)
    expect(
        any(each.id == one.patient.id for each in shown),
        fr=f"la recherche par date {'et début du nom ' if prefix else ''}ne trouve pas le dossier",
        en=f"the search by date {'and beginning of the name ' if prefix else ''}does not find the file",
    )


def _search_by_number(desk: Desk, _chance: Random, one: _Wanderer, _start: Start) -> None:
    if one.patient.matricule:
        shown = desk.lgo.search_by_matricule(one.patient.matricule, actor=desk.user)
        expect(
            any(each.id == one.patient.id for each in shown),
            fr="la recherche par matricule ne trouve pas le dossier",
            en="the search by matricule does not find the file",
        )


def _screen(desk: Desk, _chance: Random, one: _Wanderer, _start: Start) -> None:
    fields = {
        each.name: each
        for each in desk.lgo.read_form(Form.PATIENT, patient_id=one.patient.id, actor=desk.user)
    }
    for name in ("birth_name", "first_name", "birth_date", "sex"):
        expect_shown(fields, name, one.patient)


def _tell(desk: Desk, chance: Random, one: _Wanderer, start: Start) -> None:
    """Have a message made about the person of a file."""
    form = chance.choice((MessageFormat.HL7V2, MessageFormat.FHIR, MessageFormat.CDA))
    _held_against(
        desk, one, start, form.value, desk.lgo.export_message(one.patient.id, form, actor=desk.user)
    )


def _print(desk: Desk, chance: Random, one: _Wanderer, start: Start) -> None:
    """Have a document printed about the person of a file."""
    kind = chance.choice(kinds_of(desk))
    _held_against(desk, one, start, kind, desk.lgo.render_document(one.patient.id, kind, actor=desk.user))


_LOOKS: Final = {
    _search: "SRC-01",
    _search_by_number: "SRC-09",
    _screen: "DIS-01",
    _tell: "TRA-02",
    _print: "DOC-01",
}
"""The looks, with the rule that says what they show."""


def _held_against(desk: Desk, one: _Wanderer, start: Start, label: str, document: Document) -> None:
    """Hold a document against the person of a file, who is one of those whom INSi knows by now."""
    held = next(
        (person for person in (one.cast.person, one.cast.earlier) if _is_of(one.patient, person)), None
    )
    if held is not None:
        subject = Subject(key=f"dossier {start.fr}", person=held, patient=one.patient)
        artefact = Artefact(label=label, document=document, expected=expected_of(held, one.patient))
        for aside in asides_of(subject, artefact):
            desk.see_aside(aside)


def _is_of(patient: Patient, person: Person) -> bool:
    identity = person.identity
    return all(getattr(patient, name) == getattr(identity.traits, name) for name in STRICT) and (
        patient.matricule in {None, identity.matricule.value}
    )
