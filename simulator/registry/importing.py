"""Importing people from a file: every line is checked, and either all are taken or, when asked, the valid ones."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from simulator.ins import BirthDate, InsOid, Validity, cog, coherence_findings
from simulator.registry.exporting import COLUMNS
from simulator.registry.person import PersonError, from_json
from simulator.registry.records import Problem, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from simulator.registry.person import Person
    from simulator.registry.records import Record

MAX_LISTED: Final = 100
"""How many problems are remembered; all are counted."""

_MAX_TEXT: Final = 1000
"""Longest key, note or tag."""

_REMEDIES: Final = {
    "birth_name": "Write it in capitals without accents, as the registry holds it.",
    "first_names": "Write them in capitals without accents, separated by one space, compound ones with a hyphen.",
    "first_name": "Leave the cell empty, or repeat the first of first_names.",
    "sex": "Write M or F.",
    "birth_date": "Write AAAA-MM-JJ, 00 for an unknown month or day.",
    "birth_place": "Write the COG code of the commune or country, or leave it empty.",
    "matricule": "Write the 15 characters without spaces: 13 of the number, 2 of the key.",
    "oid": f"Write {InsOid.NIR_TEST.value}, the OID of test identities, or leave it empty.",
    "history": 'Write a JSON list such as [{"matricule":"…","oid":"…"}], or leave it empty.',
    "card": "Write insured number, rank and serial, or leave all three empty.",
    "tags": "Separate tags by a space.",
    "key": "Give each person a key of their own, or leave it empty.",
}


_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d*)?[eE]\+?\d+")
_ROUNDED: Final = (
    "A spreadsheet has rounded it: format the column as text there, and take the value from the source again."
)


class ImportRefusedError(Exception):
    """Some lines are not valid and nothing was imported; ``report`` says which."""

    def __init__(self, report: ImportReport) -> None:
        """Keep the report."""
        super().__init__(f"{report.invalid} invalid line(s): nothing was imported")
        self.report = report


@dataclass(slots=True)
class ImportReport:
    """What was found in a file, filled in while it is read."""

    valid: int = 0
    invalid: int = 0
    warned: int = 0
    problems: list[Problem] = field(default_factory=list)
    """Of the invalid lines, at most ``MAX_LISTED``."""
    warnings: list[Problem] = field(default_factory=list)
    """What is odd but may be meant, at most ``MAX_LISTED``."""


def valid_people(
    records: Iterable[Record],
    report: ImportReport,
    *,
    skip: Callable[[Record, list[Problem]], None] | None = None,
    wrong_keys: bool = False,
) -> Iterator[Person]:
    """Yield the people of a file, read once, and fill in the report.

    Args:
        records: as ``records.read_csv`` and ``records.read_jsonl`` give them.
        report: filled in.
        skip: told of each invalid record; without it, one invalid line refuses the whole file.
        wrong_keys: take matricules whose key is not that of their number; a warning tells them.

    Raises:
        ImportRefusedError: at the end of the file, when a line was invalid and ``skip`` is not given.
        UnreadableFileError: by ``records``.
    """
    # On disk as soon as it is large: a file may have more keys than memory holds.
    seen = sqlite3.connect("", isolation_level=None)
    seen.execute("CREATE TABLE seen (digest INTEGER PRIMARY KEY, line INTEGER)")
    try:
        for record in records:
            person, problems = _read(record, wrong_keys=wrong_keys)
            if person is not None:
                problems += _repeated(seen, person.key, record.line)
            if problems or person is None:
                report.invalid += 1
                report.problems += problems[: MAX_LISTED - len(report.problems)]
                if skip is not None:
                    skip(record, problems)
                continue
            warnings = list(_warnings(person, record.line))
            report.warned += bool(warnings)
            report.warnings += warnings[: max(MAX_LISTED - len(report.warnings), 0)]
            report.valid += 1
            if skip is not None or not report.invalid:
                yield person
    finally:
        seen.close()
    if report.invalid and skip is None:
        raise ImportRefusedError(report)


def _read(record: Record, *, wrong_keys: bool) -> tuple[Person | None, list[Problem]]:
    """Return the person of a record, or every problem of it."""
    if record.problem is not None:
        return None, [record.problem]
    problems: list[Problem] = []
    try:
        data, first_name = _person_data(record.values)
    except ValueError as error:
        return None, [_problem(record, "history", "JSON", f"{error}")]
    person, replaced = None, set[str]()
    for _ in COLUMNS:
        try:
            person = from_json(data)
            break
        except PersonError as error:
            problems.append(_problem(record, error.field, error.expected, error.got))
            name = _field(error.field)
            if name in replaced or not _repair(data, name):
                return None, problems
            replaced.add(name)
        except UnicodeEncodeError as error:
            return None, [*problems, _problem(record, "", "text", shorten(str(error)))]
    if person is None:
        return None, problems
    problems += _further(record, person, first_name, wrong_keys=wrong_keys, replaced=replaced)
    return (None if problems else person), problems


def _person_data(values: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """Return the JSON form of a person, and ``first_name``, which is redundant.

    Raises:
        ValueError: the history of a CSV line is no JSON.
    """
    data = {name: value for name, value in values.items() if value not in ("", None)}
    first_name = data.pop("first_name", None)
    card = {
        name: data.pop(f"card_{name}") for name in ("insured", "rank", "serial") if f"card_{name}" in data
    }
    if card:
        data["card"] = card
    if isinstance(data.get("tags"), str):
        data["tags"] = data["tags"].split()
    if isinstance(data.get("history"), str):
        try:
            data["history"] = json.loads(data["history"])
        except RecursionError as error:
            raise ValueError(str(error)) from error
    data.setdefault("oid", InsOid.NIR_TEST.value)
    return data, first_name


_PLAIN: Final = {
    "birth_name": "X",
    "first_names": "X",
    "sex": "F",
    "birth_date": "2000-01-01",
    "matricule": "200010100100102",
    "oid": InsOid.NIR_TEST.value,
}
"""What replaces a value that is wrong, so that the others are looked at too."""


def _repair(data: dict[str, Any], name: str) -> bool:
    """Take what is wrong out of the data; return whether that was possible."""
    if name in _PLAIN:
        data[name] = _PLAIN[name]
    elif name in data:
        del data[name]
    else:
        return False
    return True


def _further(
    record: Record, person: Person, first_name: Any, *, wrong_keys: bool, replaced: Container[str]
) -> Iterator[Problem]:
    """Yield what a registry could hold, but nobody means; ``replaced`` values are ours, and told already."""
    matricule = person.identity.matricule
    if not wrong_keys and "matricule" not in replaced and not matricule.key_is_valid:
        yield _problem(
            record, "matricule", f"the key of {matricule.number}", f"{matricule.key!r} in {matricule.value!r}"
        )
    if first_name not in (None, person.first_name) and "first_names" not in replaced:
        yield _problem(record, "first_name", repr(person.first_name), shorten(first_name))
    texts = (("key", person.key), ("note", person.note or ""), *(("tags", tag) for tag in person.tags))
    for name, text in texts:
        if len(text) > _MAX_TEXT or any(ord(sign) < ord(" ") and sign not in "\r\n\t" for sign in text):
            yield _problem(
                record, name, f"at most {_MAX_TEXT} characters and no control character", shorten(text)
            )
        elif any("\ud800" <= sign <= "\udfff" for sign in text):
            yield _problem(record, name, "text without half characters (surrogates)", shorten(text))


def _repeated(seen: sqlite3.Connection, key: str, line: int) -> list[Problem]:
    digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
    if seen.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, line)).rowcount:
        return []
    (first,) = seen.execute("SELECT line FROM seen WHERE digest = ?", (digest,)).fetchone()
    return [
        Problem(
            line=line,
            column="key",
            value=f"{shorten(key)} again (first on line {first})",
            expected="each person once",
            remedy=_REMEDIES["key"],
        )
    ]


def _warnings(person: Person, line: int) -> Iterator[Problem]:
    """Yield what deserves a look: none of it is an error, see ``simulator.ins.coherence`` and ``places``."""
    identity, traits = person.identity, person.identity.traits
    if traits.birth_place is not None:
        date = BirthDate.parse_iso(traits.birth_date)
        validity = (
            cog().validity_at(traits.birth_place, date.to_date())
            if date.month and date.day
            else (Validity.VALID if cog().exists(traits.birth_place) else Validity.UNKNOWN_CODE)
        )
        if validity is not Validity.VALID:
            yield Problem(
                line=line,
                column="birth_place",
                value=f"{traits.birth_place!r} ({validity})",
                expected=f"a code of the COG in force on {traits.birth_date}",
                remedy="Check the code; the real registry does hold some like this.",
            )
    for finding in coherence_findings(identity):
        if finding.reason is None:
            yield Problem(
                line=line,
                column="matricule",
                value=finding.in_matricule,
                expected=finding.expected,
                remedy=f"{finding.text}; it may be meant.",
            )
    if identity.oid in (InsOid.NIR, InsOid.NIA):
        yield Problem(
            line=line,
            column="oid",
            value=identity.oid,
            expected=f"{InsOid.NIR_TEST.value}, that of test identities",
            remedy="Never import real people: this is a test bench.",
        )


def _problem(record: Record, at: str, expected: str, got: str) -> Problem:
    name, names = _field(at), list(record.values)
    of_csv = at.replace(".", "_") if name == "card" else name
    column = f"{at} ({names.index(of_csv) + 1})" if of_csv in names else at
    return Problem(
        line=record.line,
        column=column,
        value=got,
        expected=expected,
        remedy=_ROUNDED if _is_rounded(record, name) else _REMEDIES.get(name, "Correct or remove it."),
    )


def _is_rounded(record: Record, name: str) -> bool:
    return name == "matricule" and _SCIENTIFIC.fullmatch(str(record.values.get(name))) is not None


def _field(at: str) -> str:
    """Return the field of a path such as ``history[0].oid``."""
    return at.partition(".")[0].partition("[")[0]
