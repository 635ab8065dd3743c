"""The public test identities of the INSi qualification environment and of the CNDA, from ``data/cnda.yaml``.

People who must be found are in the registry; those who must not are recorded too, so that tests know that 01 is
the right answer. What each call must get is in ``CndaCase.expected``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from simulator.datafile import load_yaml
from simulator.ins.identity import Traits
from simulator.ins.oid import InsOid
from simulator.registry.person import Person, from_json

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

OidMode = Literal["test", "live"]
"""Which OID the people of the file carry.

``test``: the real NIR OID (.8) of the qualification environment becomes the test one (.10); the NIA OID (.9) stays,
for want of one for test NIAs. ``live``: as the qualification environment answers, .8 and .9.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedAnswer:
    """One call by traits and the answer of the bench."""

    birth_name: str
    first_name: str
    """What is sent in ``Prenom``."""
    sex: str
    birth_date: str
    birth_place: str | None
    """None: not sent."""
    code: str
    """``00``, ``01`` or ``02``."""
    qualification: str | None
    """What the real qualification environment was seen or said to answer, when that differs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CndaCase:
    """One public identity with its known answers and where they come from."""

    key: str
    traits: Traits
    person: Person | None
    """In the registry with the OID as seen; none for somebody who must not be found."""
    matricule_origin: str | None
    """``published``, ``inferred``, ``made_by_us``; none without matricule."""
    known: str
    """``live``, ``injected``, ``absent`` or ``not_established``: see the head of the data file."""
    cnda_tests: tuple[str, ...]
    expected: tuple[ExpectedAnswer, ...]
    evidence: str
    source: str
    note: str | None


def load_cnda(oid_mode: OidMode = "test") -> list[Person]:
    """Give the people to be registered, keys ``cnda/<key>``, with their history.

    Args:
        oid_mode: see ``OidMode``.
    """
    people = [case.person for case in cases() if case.person is not None]
    return people if oid_mode == "live" else [_with_test_oid(person) for person in people]


def unregistered() -> list[Traits]:
    """Give the traits of the people who must not be found."""
    return [case.traits for case in cases() if case.person is None]


@cache
def cases() -> tuple[CndaCase, ...]:
    """Give every case of the packaged file, in file order, OIDs as seen."""
    return read_cases(files("simulator.population") / "data" / "cnda.yaml")


def read_cases(path: Path | Traversable) -> tuple[CndaCase, ...]:
    """Read a file of test identities.

    Raises:
        simulator.datafile.DataFileError: not such a file; every problem has its line.
        simulator.registry.person.PersonError: a name, date or matricule that no registry can hold.
        ValueError: two cases with one key.
    """
    schema = json.loads((files("simulator.population") / "data" / "cnda.schema.json").read_bytes())
    found = tuple(_case(entry) for entry in load_yaml(path, schema)["people"])
    keys = [case.key for case in found]
    if repeated := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"{path}: expected each key once, got twice {', '.join(repeated)}")
    return found


def _case(entry: dict[str, Any]) -> CndaCase:
    traits = Traits(
        birth_name=entry["birth_name"],
        first_names=" ".join(entry["first_names"]),
        sex=entry["sex"],
        birth_date=entry["birth_date"],
        birth_place=entry.get("birth_place"),
    )
    return CndaCase(
        key=entry["key"],
        traits=traits,
        person=_person(entry) if entry["registered"] else None,
        matricule_origin=entry.get("matricule_origin"),
        known=entry["known"],
        cnda_tests=tuple(entry.get("cnda_tests", ())),
        expected=tuple(
            ExpectedAnswer(
                birth_name=call.get("birth_name", traits.birth_name),
                first_name=call["first_name"],
                sex=traits.sex,
                birth_date=call.get("birth_date", traits.birth_date),
                birth_place=call.get("birth_place"),
                code=call["code"],
                qualification=call.get("qualification"),
            )
            for call in entry["expected"]
        ),
        evidence=entry["evidence"],
        source=entry["source"],
        note=entry.get("note"),
    )


def _person(entry: dict[str, Any]) -> Person:
    tests = entry.get("cnda_tests", ())
    return from_json(
        {
            "key": f"cnda/{entry['key']}",
            **{
                name: entry[name]
                for name in ("birth_name", "sex", "birth_date", "birth_place", "matricule", "oid")
            },
            "first_names": " ".join(entry["first_names"]),
            "history": [
                {name: former.get(name) for name in ("matricule", "oid", "date_from", "date_to")}
                for former in entry.get("history", ())
            ],
            "card": entry.get("card"),
            "tags": ["cnda", *(f"cnda-{test.replace(' ', '-')}" for test in tests), *_card_tags(entry)],
            "note": entry.get("note"),
        }
    )


def _card_tags(entry: dict[str, Any]) -> tuple[str, ...]:
    if "card" not in entry:
        return ()
    return ("insured",) if entry["matricule"].startswith(entry["card"]["insured"]) else ("beneficiary",)


def _with_test_oid(person: Person) -> Person:
    identity = person.identity
    history = tuple(replace(former, oid=_test_oid(former.oid)) for former in identity.history)
    return replace(person, identity=replace(identity, oid=_test_oid(identity.oid), history=history))


def _test_oid(oid: str) -> str:
    return InsOid.NIR_TEST if oid == InsOid.NIR else oid
