"""Documents of one patient set side by side: any two places that disagree are quoted together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.context import INSIDE
from conformance.documents.problems import inferred, official, reported
from conformance.documents.record import NAMES, Format, Trait
from simulator.ins.oid import InsOid
from simulator.ins.traits import comparison_key, starts_list, to_wire
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Place, Value

    _Apart = Callable[[Place, Place], bool]

COMPARED: Final = (
    Trait.MATRICULE, Trait.OID, Trait.NATURE, Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES, Trait.SEX,
    Trait.BIRTH_DATE, Trait.BIRTH_PLACE, Trait.MAILBOX,
)  # fmt: skip
_MACHINE: Final = frozenset({Format.CDA, Format.HL7V2, Format.FHIR})
_METADATA: Final = frozenset({Format.XDM, Format.XDS})
"""Of these only records with an identifier: the others are traits of the source."""


def compare(
    records: Iterable[IdentityRecord], *, same_document: bool = False, between_files: bool = False
) -> list[Problem]:
    """Return where records that should tell one patient disagree.

    Args:
        records: in any order and of any formats; two values of one trait inside a record are compared too.
        same_document: they come from one container (a CDA and its PDF, a mail): one with an INS beside one without
            is then a failure, otherwise something to look at.
        between_files: leave out what one file contradicts in itself, and quote places of different files.
    """
    known = list(records)
    problems = [
        problem for trait in COMPARED for problem in _trait(trait, known, between_files=between_files)
    ]
    apart = _different_files if between_files else _any_places
    problems.extend(
        one
        for trait in (Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES)
        for one in _separators(trait, known, apart)
    )
    problems.extend(_mailbox(known, apart))
    problems.extend(_nature(known, apart))
    problems.extend(_first_in_list(known, apart))
    problems.extend(_presence(known, apart, same_document=same_document))
    return problems


def top_file(place: Place) -> str:
    """Return the file on disk that a place is in, whatever archive or mail it is inside of."""
    return place.file.partition(INSIDE)[0]


def _different_files(one: Place, other: Place) -> bool:
    return top_file(one) != top_file(other)


def _any_places(one: Place, other: Place) -> bool:  # noqa: ARG001 - the shape of the other
    return True


def loosely_same(trait: Trait, one: str, other: str) -> bool:
    """Tell whether a printed value is that of a file: letter case, accents and separators are free in names."""
    if trait not in NAMES:
        return one == other
    return comparison_key(one).replace(" ", "") == comparison_key(other).replace(" ", "")


def _trait(trait: Trait, records: Sequence[IdentityRecord], *, between_files: bool) -> Iterator[Problem]:
    values = [value for record in records for value in record.of(trait) if value.normal]
    groups: list[list[Value]] = []
    for value in values:
        same = next((group for group in groups if _same(trait, value, group[0])), None)
        if same is None:
            groups.append([value])
        else:
            same.append(value)
    if len(groups) < 2:  # noqa: PLR2004 - a pair
        return
    distinct = _apart(groups) if between_files else [group[0] for group in groups]
    if (doubt := _doubt(trait, distinct, records)) is not None:
        yield unsure(*doubt)
        return
    told = [f"« {value.text} »" for value in distinct]
    text = Text(
        f"{trait.text.fr} : {' ≠ '.join(told)}",
        f"{trait.text.en}: {' ≠ '.join(repr(value.text) for value in distinct)}",
    )
    formats = {record.format for record in records if any(value in distinct for value in record.of(trait))}
    code = f"{trait.value.replace('_', '-')}-contradicts"
    yield official(code, text, *_rules(formats), at=distinct)


def _separators(trait: Trait, records: Sequence[IdentityRecord], apart: _Apart) -> Iterator[Problem]:
    """Set a name as printed against that of a file: letter case is free on paper, hyphens and apostrophes tell names apart."""
    values = [value for record in records for value in record.of(trait) if value.normal]
    for printed in (value for value in values if value.display):
        for other in (value for value in values if not value.display and apart(value.place, printed.place)):
            one, two = to_wire(printed.normal).split(), to_wire(other.normal).split()
            if one != two and loosely_same(trait, printed.normal, other.normal):
                text = Text(
                    f"{trait.text.fr} : « {printed.text} » imprimé, « {other.text} » ailleurs : tirets, apostrophes ou espaces diffèrent",
                    f"{trait.text.en}: printed {printed.text!r}, {other.text!r} elsewhere: hyphens, apostrophes or spaces differ",
                )
                yield inferred("name-separators", text, "F12", at=(printed, other))
                return


def _apart(groups: list[list[Value]]) -> list[Value]:
    """Choose the places to quote so that they are in different files, where that can be."""
    chosen = [group[0] for group in groups]
    if len({top_file(value.place) for value in chosen}) > 1:
        return chosen
    first = top_file(chosen[0].place)
    for index, group in enumerate(groups):
        other = next((value for value in group if top_file(value.place) != first), None)
        if other is not None:
            chosen[index] = other
            break
    return chosen


def _doubt(
    trait: Trait, distinct: list[Value], records: Sequence[IdentityRecord]
) -> tuple[Value, str] | None:
    """Return a printed value and what the other documents say, when its page shows that too."""
    others = {value.normal for value in distinct if not value.display}
    if len(others) != 1:
        return None
    wanted = next(iter(others))
    for record in records:
        for value in record.of(trait):
            if value in distinct and value.display and not record.shows(trait, wanted):
                return None
    printed = next((value for value in distinct if value.display), None)
    return (printed, wanted) if printed else None


def unsure(value: Value, wanted: str) -> Problem:
    """Say that a page shows another value under a label, and the one expected elsewhere: a person has to look."""
    text = Text(
        f"{value.trait.text.fr} : « {value.text} » lu près du libellé, « {wanted} » est ailleurs sur la page",
        f"{value.trait.text.en}: {value.text!r} read beside the label, {wanted!r} stands elsewhere on the page",
    )
    return inferred("printed-value-unsure", text, "DOC-01", at=(value,))


def _rules(formats: set[Format]) -> Iterator[str]:
    yield "F13"
    if Format.DATAMATRIX in formats:
        yield "DOC-03"
    if {Format.CDA, Format.PDF} <= formats:
        yield "DOC-06"
    if formats & {Format.XDM, Format.XDS}:
        yield "TRA-05"
    if Format.MAIL in formats:
        yield "TRA-09"


def _same(trait: Trait, one: Value, other: Value) -> bool:
    if one.normal == other.normal:
        return True
    if not (one.display or other.display):
        return False
    pairs = ((one.normal, other.normal), (one.wrapped, other.normal), (one.normal, other.wrapped))
    return any(first and second and loosely_same(trait, first, second) for first, second in pairs)


def _mailbox(records: Sequence[IdentityRecord], apart: _Apart) -> Iterator[Problem]:
    """Set the address of the patient against the matricules beside it."""
    numbers = [value for record in records for value in record.of(Trait.MATRICULE)]
    known = {value.normal for value in numbers}
    for value in (value for record in records for value in record.of(Trait.MAILBOX)):
        other = next((one for one in numbers if apart(one.place, value.place)), None)
        if other is not None and value.normal.partition("@")[0] not in known:
            text = Text(
                f"l’adresse du patient porte un autre matricule que {other.text}",
                f"the address of the patient holds another matricule than {other.text}",
            )
            yield official("mailbox-of-another", text, "TRA-09", "F13", at=(value, other))


def _nature(records: Sequence[IdentityRecord], apart: _Apart) -> Iterator[Problem]:
    """Set a printed nature against the OIDs of the other places (MAT-04: the OID tells it, not the digits)."""
    oids = [value for record in records for value in record.of(Trait.OID)]
    for nature in (value for record in records for value in record.of(Trait.NATURE)):
        for oid in oids:
            if (oid.normal == InsOid.NIA) != (nature.normal == "NIA") and apart(oid.place, nature.place):
                text = Text(
                    f"nature {nature.normal} affichée, l’OID {oid.text} est celui d’un {'NIR' if nature.normal == 'NIA' else 'NIA'}",
                    f"the nature {nature.normal} is shown, the OID {oid.text} is that of a {'NIR' if nature.normal == 'NIA' else 'NIA'}",
                )
                yield official("nature-contradicts-oid", text, "MAT-04", at=(nature, oid))
                return


def _first_in_list(records: Sequence[IdentityRecord], apart: _Apart) -> Iterator[Problem]:
    """Set the first given name of one record against the list of another."""
    for record in records:
        first = record.first(Trait.FIRST_NAME)
        if first is None or not first.normal:
            continue
        for other in records:
            names = other.first(Trait.FIRST_NAMES)
            if other is record or names is None or not names.normal or not apart(first.place, names.place):
                continue
            if not starts_list(first.normal, names.normal):
                told = names.normal.partition(" ")[0]
                if (
                    first.display
                    and first.normal not in names.normal.split()
                    and record.shows(Trait.FIRST_NAME, told)
                ):
                    yield unsure(first, told)
                    return
                text = Text(
                    f"le premier prénom « {first.text} » ne commence pas la liste « {names.text} »",
                    f"the first given name {first.text!r} does not begin the list {names.text!r}",
                )
                yield reported("first-name-not-in-list", text, "F07", "F13", at=(first, names))
                return


def _may_hold(record: IdentityRecord) -> bool:
    return record.format in _MACHINE or (record.format in _METADATA and bool(record.identifiers))


def _presence(records: Sequence[IdentityRecord], apart: _Apart, *, same_document: bool) -> Iterator[Problem]:
    lacking = [record for record in records if not record.has_ins and _may_hold(record)]
    pairs = (
        (one, other) for one in records if one.has_ins for other in lacking if apart(one.place, other.place)
    )
    holder, without = next(pairs, (None, None))
    if holder is None or without is None or not (without.values or without.identifiers):
        return
    text = Text(
        "l’INS est à un endroit et manque à un autre : l’identité est qualifiée partout ou nulle part",
        "the INS is in one place and missing in another: the identity is qualified everywhere or nowhere",
    )
    number = holder.first(Trait.MATRICULE) or holder.place
    make = official if same_document else inferred
    yield make("ins-in-one-only", text, "MAT-07", "F13", at=(number, without.place))
