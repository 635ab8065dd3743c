"""What a page tells more than once: labels beside each other, and form fields whose names say what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conformance.documents.comparing import loosely_same
from conformance.documents.exports.columns import Tells
from conformance.documents.exports.people import Field, person_of
from conformance.documents.page.cells import PagePlaces
from conformance.documents.page.paper import labelled_values
from conformance.documents.problems import official
from conformance.documents.record import Trait
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.pdf.facts import PdfFacts
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Place, Value

_TWO, _THREE = 2, 3
_REPEATED: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.BIRTH_DATE)
_IN_FIELDS: Final = (Trait.MATRICULE, Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.BIRTH_DATE)


def told_otherwise_on(record: IdentityRecord, facts: PdfFacts) -> Iterator[Problem]:
    """Yield the labels of a sheet of labels that tell another than the others beside the same number: what is left of the sheet before."""
    numbers = record.of(Trait.MATRICULE)
    if len(numbers) < _THREE or len({one.normal for one in numbers}) > 1:
        return
    values = labelled_values(facts.lines, PagePlaces(record.place.file, 1))
    for trait in _REPEATED:
        told = [one for one in values if one.trait is trait and one.beside]
        if len(told) == len(numbers):
            yield from _odd_one(trait, told)


def _odd_one(trait: Trait, told: Sequence[Value]) -> Iterator[Problem]:
    groups: list[list[Value]] = []
    for value in told:
        same = next((one for one in groups if loosely_same(trait, value.normal, one[0].normal)), None)
        if same is None:
            groups.append([value])
        else:
            same.append(value)
    groups.sort(key=len)
    if len(groups) != _TWO or len(groups[0]) == len(groups[1]):
        return
    one, other = groups[0][0], groups[1][0]
    # A name that is cut by the edge of its label goes on as the others do.
    if not (other.normal.startswith(one.normal) or one.normal.startswith(other.normal)):
        text = Text(
            f"{trait.text.fr} : « {one.text} » sur une étiquette, « {other.text} » sur les autres du même matricule",
            f"{trait.text.en}: {one.text!r} on one label, {other.text!r} on the others of the same matricule",
        )
        yield official(f"{trait.value.replace('_', '-')}-contradicts", text, "F13", "DOC-01", at=(one, other))


def fields_of_others(record: IdentityRecord, facts: PdfFacts, place: Place) -> Iterator[Problem]:
    """Yield the form fields whose names say that they hold a trait, and that hold another than the page tells."""
    fields = [
        Field(name.rpartition(".")[2], value, place, name.rpartition(".")[0]) for name, value in facts.fields
    ]
    sex = record.first(Trait.SEX)
    if sex is not None and any(one.tells is Tells.MATRICULE for one in fields):
        # A number alone is nobody; here the page says whose it is.
        fields.append(Field("sexe", sex.text, place))
    person = person_of(fields, place)
    for trait in _IN_FIELDS if person else ():
        known = record.of(trait)
        for value in person.record.of(trait) if person else ():
            if known and not any(loosely_same(trait, value.normal, one.normal) for one in known):
                text = Text(
                    f"{trait.text.fr} : « {value.text} » dans un champ du formulaire, « {known[0].text} » sur la page",
                    f"{trait.text.en}: {value.text!r} in a field of the form, {known[0].text!r} on the page",
                )
                yield official("field-contradicts", text, "F13", "DOC-01", at=(value, known[0]))
