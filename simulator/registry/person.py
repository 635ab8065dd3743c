"""A person of the registry and its JSON form, the one used by the control API and the registry.

The JSON form is flat and stable::

    {"key": "syn/7/12", "birth_name": "LE GOFF", "first_names": "ANNE-MARIE LOUISE", "sex": "F",
     "birth_date": "1961-05-30", "birth_place": "29005", "matricule": "261052900595107",
     "oid": "1.2.250.1.213.1.4.10",
     "history": [{"matricule": …, "oid": …, "date_from": "2019-03-01", "date_to": null}],
     "card": {"insured": "2610529005950", "rank": "1", "serial": "9000000017"},
     "tags": ["compound-first-name"], "note": null}

``birth_place``, ``history``, ``card``, ``tags`` and ``note`` may be left out when reading, and ``key`` too: it is
then ``added/<matricule>``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.identity import HistoricId, InsIdentity, Traits
from simulator.ins.matricule import NUMBER_LENGTH, Matricule, MatriculeError, key_of
from simulator.ins.oid import OidError, parse_oid
from simulator.ins.places import check_place_format
from simulator.ins.traits import check_birth_name, check_first_names
from simulator.text import Text, TextError
from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from simulator.ins.traits import LexicalProblem

    _Check = Callable[[str], list[LexicalProblem]]


@value(frozen=True, slots=True, kw_only=True)
class Card:
    """The place of a person on a Vitale card: their own, or that of the insured person they depend on."""

    insured_number: str
    """The 13 characters of the matricule of the insured person (*ouvrant droit*), who may be the person."""
    birth_rank: str = "1"
    """*Rang gémellaire*, one digit: what tells twins apart."""
    serial: str
    """Serial number of the card, the same for everybody on it. Its form is not public; those here are ours."""


@value(frozen=True, slots=True, kw_only=True)
class Person:
    """A synthetic or test person: the identity that INSi certifies, and what the bench says about it."""

    key: str
    """Stable id: ``cnda/adrun-zoe``, ``syn/<seed>/<n>``, ``draw/<seed>/<n>``."""
    identity: InsIdentity
    tags: tuple[str, ...] = ()
    """Which cases this person is, such as ``compound-first-name``; see ``simulator.population.drawing.identities``."""
    note: str | None = None
    """A remark for people, in English."""
    card: Card | None = None
    """Where a search by Vitale card finds them; none: nowhere."""

    @property
    def first_name(self) -> str:
        """The *1er prénom de naissance*: the first of the list, compound names whole."""
        return self.identity.traits.first_names.partition(" ")[0]


class PersonError(TextError, ValueError):
    """A JSON object is not a person: ``field`` is wrong, ``expected`` is what it should be, ``got`` what it is."""

    def __init__(self, field: str, expected: str, got: str) -> None:
        """Keep the three facts; ``field`` is a path such as ``history[0].oid``."""
        super().__init__(
            Text(
                f"{field} : attendu : {_FRENCH.get(expected, expected)} ; reçu : {_FRENCH.get(got, got)}",
                f"{field}: expected {expected}, got {got}",
            )
        )
        self.field = field
        self.expected = expected
        self.got = got

    def __reduce__(self) -> tuple[type[PersonError], tuple[str, str, str]]:
        """Survive a trip between processes, which rebuilds exceptions from their arguments."""
        return type(self), (self.field, self.expected, self.got)


_FRENCH: Final = {
    "an object": "un objet",
    "an unknown field": "un champ inconnu",
    "text": "un texte",
    "nothing": "rien",
    "a list": "une liste",
    "M or F": "M ou F",
    "a COG code: five digits, or 2A or 2B and three digits": "un code COG : cinq chiffres, ou 2A ou 2B et trois chiffres",
    "the OID of an INS": "l'OID d'un INS",
    "a digit from 1 to 9": "un chiffre de 1 à 9",
    "1 to 32 digits and letters": "1 à 32 chiffres et lettres",
    "text without spaces": "un texte sans espace",
}
"""What a field has to be, in French; what the rules of an INS itself say is in English alone."""


def to_json(person: Person) -> dict[str, Any]:
    """Give the JSON form of a person, keys always all there and in the same order."""
    identity, traits = person.identity, person.identity.traits
    return {
        "key": person.key,
        "birth_name": traits.birth_name,
        "first_names": traits.first_names,
        "sex": str(traits.sex),
        "birth_date": traits.birth_date,
        "birth_place": traits.birth_place,
        "matricule": identity.matricule.value,
        "oid": str(identity.oid),
        "history": [
            {
                "matricule": former.matricule.value,
                "oid": str(former.oid),
                "date_from": former.date_from,
                "date_to": former.date_to,
            }
            for former in identity.history
        ],
        "card": None
        if person.card is None
        else {
            "insured": person.card.insured_number,
            "rank": person.card.birth_rank,
            "serial": person.card.serial,
        },
        "tags": list(person.tags),
        "note": person.note,
    }


def from_json(data: Mapping[str, Any]) -> Person:
    """Read a person from its JSON form.

    What a registry may hold is checked: lexical rules, an existing date (``00`` for an unknown month or day
    is kept), the form of the place, the structure of each matricule, the OID. What it must be able to hold
    although odd is not: a wrong key (CNDA person HERMANN), a place in no list (ADRTROIS DOMINIQUE), a
    matricule that disagrees with the traits.

    Raises:
        PersonError: naming the first field that is wrong.
    """
    _known_keys(data, "", _PERSON_KEYS)
    matricule = _matricule(data, "", "matricule")
    return Person(
        key=_optional_text(data, "", "key") or f"added/{matricule.value}",
        identity=InsIdentity(
            traits=Traits(
                birth_name=_name(data, "birth_name", check_birth_name),
                first_names=_name(data, "first_names", check_first_names),
                sex=_sex(data),
                birth_date=_birth_date(data),
                birth_place=_birth_place(data),
            ),
            matricule=matricule,
            oid=_oid(data, "", "oid"),
            history=tuple(
                _historic_id(entry, f"history[{index}]") for index, entry in enumerate(_list(data, "history"))
            ),
        ),
        tags=tuple(_tag(tag, index) for index, tag in enumerate(_list(data, "tags"))),
        note=_optional_text(data, "", "note"),
        card=_card(data),
    )


_HISTORY_KEYS = frozenset({"matricule", "oid", "date_from", "date_to"})
_PERSON_KEYS = frozenset(
    {
        *("key", "birth_name", "first_names", "sex", "birth_date", "birth_place", "matricule", "oid"),
        *("history", "card", "tags", "note"),
    }
)
_CARD_KEYS = frozenset({"insured", "rank", "serial"})
_RANK = re.compile(r"[1-9]", re.ASCII)
_SERIAL = re.compile(r"[0-9A-Za-z]{1,32}", re.ASCII)
_KEY_DIGITS = re.compile(r"\d\d", re.ASCII)


def _known_keys(data: object, at: str, known: frozenset[str]) -> None:
    if not isinstance(data, Mapping):
        raise PersonError(at or "person", "an object", _shown(data))
    if not data.keys() <= known:
        unknown = sorted(map(str, set(data) - known))
        raise PersonError(
            _path(at, unknown[0]), f"one of the fields {', '.join(sorted(known))}", "an unknown field"
        )


def _text(data: Mapping[str, Any], at: str, field: str) -> str:
    if data.get(field) is None:
        raise PersonError(_path(at, field), "text", "nothing")
    value = data[field]
    if not isinstance(value, str):
        raise PersonError(_path(at, field), "text", _shown(value))
    return value


def _optional_text(data: Mapping[str, Any], at: str, field: str) -> str | None:
    return None if data.get(field) is None else _text(data, at, field)


def _list(data: Mapping[str, Any], field: str) -> Sequence[Any]:
    value = data.get(field)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise PersonError(field, "a list", _shown(value))
    return value


def _name(data: Mapping[str, Any], field: str, check: _Check) -> str:
    text = _text(data, "", field)
    for problem in check(text):
        at = "" if problem.position is None else f" at character {problem.position + 1}"
        raise PersonError(field, problem.expected, f"{problem.got}{at} in {text!r}")
    return text


def _sex(data: Mapping[str, Any]) -> str:
    sex = _text(data, "", "sex")
    if sex not in ("M", "F"):
        raise PersonError("sex", "M or F", repr(sex))
    return sex


def _birth_date(data: Mapping[str, Any]) -> str:
    text = _text(data, "", "birth_date")
    try:
        return BirthDate.parse_iso(text).iso()
    except BirthDateError as error:
        raise PersonError("birth_date", error.expected, _in_text(error.got, text)) from error


def _birth_place(data: Mapping[str, Any]) -> str | None:
    place = _optional_text(data, "", "birth_place")
    if place is not None and check_place_format(place):
        raise PersonError("birth_place", "a COG code: five digits, or 2A or 2B and three digits", repr(place))
    return place


def _matricule(data: Mapping[str, Any], at: str, field: str) -> Matricule:
    text = _text(data, at, field)
    matricule = Matricule(text[:NUMBER_LENGTH], text[NUMBER_LENGTH:])
    if matricule.is_valid:
        return matricule
    try:
        structure_only = matricule.number + (
            key_of(matricule.number) if _KEY_DIGITS.fullmatch(matricule.key) else matricule.key
        )
        Matricule.parse(structure_only)
    except MatriculeError as error:
        raise PersonError(
            _path(at, field), f"{error.expected} ({error.part})", f"{error.got} in {text!r}"
        ) from error
    return matricule


def _oid(data: Mapping[str, Any], at: str, field: str) -> str:
    try:
        return parse_oid(_text(data, at, field))
    except OidError as error:
        raise PersonError(_path(at, field), "the OID of an INS", f"{error.got!r}: {error.why}") from error


def _historic_id(data: Any, at: str) -> HistoricId:
    _known_keys(data, at, _HISTORY_KEYS)
    return HistoricId(
        matricule=_matricule(data, at, "matricule"),
        oid=_oid(data, at, "oid"),
        date_from=_history_date(data, at, "date_from"),
        date_to=_history_date(data, at, "date_to"),
    )


def _card(data: Mapping[str, Any]) -> Card | None:
    card = data.get("card")
    if card is None:
        return None
    _known_keys(card, "card", _CARD_KEYS)
    insured = _text(card, "card", "insured")
    try:
        Matricule.from_number(insured)
    except MatriculeError as error:
        raise PersonError(
            "card.insured", f"a matricule of 13 characters: {error.expected}", f"{error.got} in {insured!r}"
        ) from error
    rank = _optional_text(card, "card", "rank") or "1"
    if not _RANK.fullmatch(rank):
        raise PersonError("card.rank", "a digit from 1 to 9", repr(rank))
    serial = _text(card, "card", "serial")
    if not _SERIAL.fullmatch(serial):
        raise PersonError("card.serial", "1 to 32 digits and letters", repr(serial))
    return Card(insured_number=insured, birth_rank=rank, serial=serial)


def _history_date(data: Mapping[str, Any], at: str, field: str) -> str | None:
    text = _optional_text(data, at, field)
    if text is None:
        return None
    try:
        return BirthDate.parse_iso(text).to_date().isoformat()
    except BirthDateError as error:
        raise PersonError(_path(at, field), error.expected, _in_text(error.got, text)) from error


def _tag(tag: Any, index: int) -> str:
    if not isinstance(tag, str) or tag.split() != [tag]:
        raise PersonError(f"tags[{index}]", "text without spaces", _shown(tag))
    return tag


def _in_text(got: str, text: str) -> str:
    """Return the part that is wrong with the whole that it stands in."""
    return got if got == repr(text) else f"{got} in {text!r}"


def _path(at: str, field: str) -> str:
    return f"{at}.{field}" if at else field


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - one line of a terminal
