"""What a matricule says of its holder, held against the traits beside it: sex, year, month and place of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.numbers import is_matricule
from conformance.documents.problems import inferred
from conformance.documents.record import Trait
from simulator.ins.coherence import FindingCode, coherence_findings
from simulator.ins.identity import InsIdentity, Traits
from simulator.ins.matricule import NUMBER_LENGTH, Matricule
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord

_COHERENCE: Final = {
    FindingCode.SEX: (Trait.SEX, "matricule-sex-digit"),
    FindingCode.YEAR: (Trait.BIRTH_DATE, "matricule-year"),
    FindingCode.MONTH: (Trait.BIRTH_DATE, "matricule-month-digits"),
    FindingCode.PLACE: (Trait.BIRTH_PLACE, "matricule-place"),
}


def coherence(record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    """Yield, for a person to look at, what the number says otherwise than the traits (F14: never a failure).

    Where INSi itself answered this number with this trait there is nothing to look at.
    """
    number = record.first(Trait.MATRICULE)
    if number is None or not is_matricule(number.normal):
        return
    read = {trait: record.first(trait) for trait in (Trait.SEX, Trait.BIRTH_DATE, Trait.BIRTH_PLACE)}
    normal = {trait: value.normal if value else "" for trait, value in read.items()}
    identity = InsIdentity(
        traits=Traits(
            birth_name="", first_names="", sex=normal[Trait.SEX] if normal[Trait.SEX] in {"M", "F"} else "",
            birth_date=normal[Trait.BIRTH_DATE], birth_place=normal[Trait.BIRTH_PLACE] or None,
        ),
        matricule=Matricule(number.normal[:NUMBER_LENGTH], number.normal[NUMBER_LENGTH:]),
        oid="",
    )  # fmt: skip
    for finding in coherence_findings(identity):
        if finding.code not in _COHERENCE or finding.reason is not None:
            continue
        trait, code = _COHERENCE[finding.code]
        other = read[trait]
        if other is None or (trait is Trait.BIRTH_PLACE and _may_differ(number.normal, other.normal)):
            continue
        if number.normal == expected.of(Trait.MATRICULE) and other.normal == expected.of(trait):
            continue
        text = Text(
            f"le matricule porte {finding.in_matricule}, {trait.text.fr} : {finding.expected} ; cela peut être légitime",
            f"{finding.text}; it can be legitimate",
        )
        yield inferred(code, text, "F14", at=(number, other))


def _may_differ(number: str, place: str) -> bool:
    """Whether number and place are of a family that is known to differ (ins-formats §8)."""
    return number[5:7] == "99" or place.startswith("99") or number[5:7] in {"2A", "2B", "20"}
