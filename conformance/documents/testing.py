"""Judging documents in a vendor's own tests, under pytest or any other runner.

::

    from conformance.documents.testing import assert_document

    def test_the_vaccination_note(patient):
        assert_document(my_software.render_note(patient), person="tests/patient.json", status="QUAL")
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.checking import check_document, patients
from conformance.documents.comparing import compare
from conformance.documents.expected import Expected, Profile, Status
from conformance.documents.problems import Severity
from conformance.documents.reading import read_document
from simulator.ins.identity import InsIdentity
from simulator.registry.person import Person, from_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conformance.documents.document import Document
    from conformance.documents.problems import Problem
    from simulator.text import Lang


OWN_NAMES: Final = ("first_name", "used_name", "used_first_name")
"""What a file of a person may say beside the identity that INSi answers."""


def assert_document(
    document: bytes | str | Path,
    *,
    person: InsIdentity | Person | Mapping[str, Any] | str | Path | None = None,
    status: str | None = None,
    profile: str | None = None,
    first_name: str | None = None,
    allow: Collection[str] = (),
    lang: Lang = "fr",
) -> Document:
    """Fail when a document has a failure or could not be looked at; return it as read.

    Args:
        document: its bytes, or the path of a file.
        person: the identity expected: a person of the simulator, their JSON, or the path of a JSON file; ``first_name``,
            ``used_name`` and ``used_first_name`` may stand in it too, as for ``banc check --person``.
        status: ``PROV``, ``RECUP``, ``VALI`` or ``QUAL``.
        profile: ``test`` or ``production``.
        first_name: the first given name as your software holds it, when it is more than the first word of the list.
        allow: codes of problems that you accept, with a reason of your own.
        lang: language of the message.

    Raises:
        AssertionError: with one line a problem, and its places.
    """
    data, name = (
        (document, "document")
        if isinstance(document, bytes)
        else (Path(document).read_bytes(), Path(document).name)
    )
    identity, names = _identity(person)
    expected = Expected(
        identity=identity,
        first_name=first_name or names.get("first_name"),
        used_name=names.get("used_name"),
        used_first_name=names.get("used_first_name"),
        status=Status(status.upper()) if status else None,
        profile=Profile(profile) if profile else None,
    )
    read = read_document(data, name)
    _refuse(check_document(read, expected).problems, allow, lang)
    return read


def assert_same_patient(
    documents: Iterable[bytes | str | Path], *, allow: Collection[str] = (), lang: Lang = "fr"
) -> None:
    """Fail when documents disagree about their patient.

    Raises:
        AssertionError: with the places that disagree side by side.
    """
    records = []
    for number, one in enumerate(documents, start=1):
        data, name = (
            (one, f"document {number}")
            if isinstance(one, bytes)
            else (Path(one).read_bytes(), Path(one).name)
        )
        records.extend(patients(read_document(data, name)))
    _refuse(compare(records), allow, lang)


def _refuse(problems: Iterable[Problem], allow: Collection[str], lang: Lang) -> None:
    bad = [
        one for one in problems if one.code not in allow and (one.severity is Severity.FAIL or one.unjudged)
    ]
    if bad:
        raise AssertionError("\n".join(problem.line(lang) for problem in bad))


def _identity(
    person: InsIdentity | Person | Mapping[str, Any] | str | Path | None,
) -> tuple[InsIdentity | None, dict[str, str]]:
    if person is None or isinstance(person, InsIdentity):
        return person, {}
    if isinstance(person, Person):
        return person.identity, {}
    data: Mapping[str, Any]
    data = (
        json.loads(Path(person).read_text(encoding="utf-8-sig")) if isinstance(person, str | Path) else person
    )
    names = {name: told for name in OWN_NAMES if isinstance(told := data.get(name), str)}
    return from_json({key: value for key, value in data.items() if key not in OWN_NAMES}).identity, names
