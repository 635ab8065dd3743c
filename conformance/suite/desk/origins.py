"""What a value of a file looks like that is kept to the letter, where it comes from and where it is told, with the rules about that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.suite.desk.found import Owners
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME: Final = re.compile(r"(?=.{1,54}$)[A-Z]+(?:[ '-][A-Z]+)*")
"""Of as many characters as a field has to take (TRT-04)."""
PLAIN: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "birth_name": _NAME,
        "first_names": _NAME,
        "first_name": _NAME,
        "birth_date": re.compile(r"[0-9]{4}-(?!00)[0-9]{2}-(?!00)[0-9]{2}"),
        "sex": re.compile(r"[MF]"),
        "birth_place": re.compile(r"(?!99999)[0-9][0-9AB][0-9]{3}"),
        "matricule": re.compile(r"[0-9]{6}[0-9AB][0-9]{8}"),
        "oid": re.compile(r"[0-9.]+"),
    }
)
"""What a value looks like that is kept to the letter; whatever else was typed, another rule says what becomes of it."""
USED: Final = frozenset({"used_name", "used_first_name"})
LEFT_RULES: Final[Mapping[str, Owners]] = MappingProxyType(
    {
        "first_name": Owners("RSP-05", frozenset({"RSP-06"})),
        **dict.fromkeys(USED, Owners("FLD-04", frozenset({"FLD-01"}))),
    }
)
"""What no answer of INSi changes, and the rules that say so."""


FORMATS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "birth_name": frozenset({"TRT-01", "TRT-03", "TRT-04"}),
        "first_names": frozenset({"TRT-01", "TRT-03", "TRT-13"}),
        "first_name": frozenset({"TRT-01", "TRT-03"}),
        "birth_date": frozenset({"TRT-05"}),
        "sex": frozenset[str](),
        "birth_place": frozenset({"TRT-10"}),
    }
)
"""The traits that a user types, and the rules about what each looks like in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The act that a value comes from."""

    text: Text
    is_typed: bool = True
    """By a user; otherwise INSi returned it."""
    is_left: bool = False
    """It was there before something came that leaves it as it is."""

    def owners(self, name: str) -> Owners:
        """Return the rules that say that a file holds the value of a field as it came."""
        if self.is_left:
            return LEFT_RULES[name]
        if self.is_typed:
            return Owners("FLD-01", FORMATS[name])
        return Owners("RSP-02", frozenset({"RSP-03"} if name == "first_names" else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something of a file is told, besides the file."""

    text: Text
    owners: Owners
    """The rules that say that it is told as the file holds it."""
    inferred: bool = False
    """That follows from what they say, and is not said."""


REQUEST: Final = Place(
    text=Text(
        "une requête pour ce dossier ne porte pas ce qu'il contient",
        "a request for this file does not carry what it holds",
    ),
    owners=Owners("CAL-08", frozenset({"CAL-06", "CAL-09"})),
)
SEARCH: Final = Place(
    text=Text(
        "une recherche ne montre pas ce que le dossier contient", "a search does not show what the file holds"
    ),
    owners=Owners("SRC-01", frozenset({"SRC"})),
    inferred=True,
)
NOT_FOUND: Final = Departure(
    "une recherche à une date de naissance ne montre pas un dossier qui porte cette date",
    "a search by a date of birth does not show a file that holds this date",
)
COMPARISON: Final = Place(
    text=Text(
        "la comparaison ne montre pas ce que le dossier contient",
        "the comparison does not show what the file holds",
    ),
    owners=Owners("RSP-01"),
)
TYPED: Final = Origin(text=Text("saisi à la création", "typed at creation"))
CHANGED: Final = Origin(text=Text("saisi en modification", "typed as a change"))
LEFT: Final = Origin(text=Text("d'avant", "from before"), is_left=True)
ANSWERED: Final = Origin(
    text=Text("rendu par INSi et accepté", "returned by INSi and accepted"), is_typed=False
)
