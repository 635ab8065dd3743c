"""A record held against the identity expected: trait by trait, and by the status of the identity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.documents.comparing import loosely_same, unsure
from conformance.documents.expected import Status
from conformance.documents.problems import inferred, official
from conformance.documents.record import Format, IdKind, Trait
from simulator.ins.traits import comparison_key, starts_list, to_wire
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem
    from conformance.documents.record import IdentityRecord, Place, Value

_COMPARED: Final = (
    Trait.MATRICULE, Trait.OID, Trait.NATURE, Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES, Trait.SEX,
    Trait.BIRTH_DATE, Trait.BIRTH_PLACE, Trait.USED_NAME, Trait.USED_FIRST_NAME, Trait.MAILBOX,
)  # fmt: skip
RULES: Final = {
    Format.CDA: "TRA-03", Format.HL7V2: "TRA-04", Format.FHIR: "TRA-06", Format.DATAMATRIX: "DOC-03",
    Format.PDF: "DOC-01", Format.IMAGE: "DOC-01", Format.MAIL: "TRA-09", Format.XDM: "TRA-05", Format.XDS: "TRA-05",
    Format.EXPORT: "TRA-20",
}  # fmt: skip


def expecting(record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    """Yield where a record departs from the identity expected, and an INS that its status forbids or wants."""
    if expected.forbids_ins:
        yield from _forbidden(record, expected)
    elif expected.is_qualified and not record.has_ins and _needs(record):
        text = Text(
            "identité qualifiée : matricule et OID attendus, aucun trouvé",
            "qualified identity: expected matricule and OID, got none",
        )
        yield official("ins-missing", text, "TRA-02", RULES[record.format], at=(record.place,))
    if expected.identity is None:
        return
    yield from differing(record, expected)
    yield from _status(record, expected)


def differing(
    record: IdentityRecord, expected: Expected, traits: Sequence[Trait] = _COMPARED
) -> Iterator[Problem]:
    """Yield where the values of a record are not those expected."""
    for trait in traits:
        for value in record.of(trait):
            yield from _against(value, expected, record)


_CHECKED: Final = frozenset({"VALI", "QUAL"})
_UNCHECKED: Final = frozenset({"PROV", "RECUP", "VIDE"})


def _status(record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    """Yield a status of the message that says checked of an identity that is not, or the other way round."""
    told = [value for value in record.of(Trait.STATUS) if value.normal in _CHECKED | _UNCHECKED]
    if expected.status is None:
        return
    wrong = _UNCHECKED if str(expected.status) in _CHECKED else _CHECKED
    for value in told:
        if value.normal in wrong and len(told) == 1:
            text = Text(
                f"identité {expected.status} : le message la dit {value.text}",
                f"identity {expected.status}: the message calls it {value.text}",
            )
            yield inferred("status-differs", text, "ATT-07", "F16", at=(value,))


_NEEDING: Final = frozenset({Format.CDA, Format.HL7V2, Format.FHIR})
_KNOWING: Final = _NEEDING | {Format.EXPORT}
"""Formats that have a word for what is not known."""
_METADATA: Final = frozenset({Format.XDM, Format.XDS})


def _needs(record: IdentityRecord) -> bool:
    """Whether the INS belongs in a record: in metadata those with an identifier, and not the traits of the source."""
    return record.format in _NEEDING or (record.format in _METADATA and bool(record.identifiers))


def _forbidden(record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    rule = "DOC-05" if record.format in {Format.PDF, Format.IMAGE, Format.DATAMATRIX} else "TRA-01"
    for one in record.identifiers:
        if one.kind in {IdKind.INS, IdKind.FORMER_INS}:
            told = [value for value in (one.number, one.oid) if value is not None]
            spots: list[Value | Place] = [*told] or [one.place]
            text = Text(
                f"identité {expected.status} : ni matricule ni OID ne doivent sortir, en voici",
                f"identity {expected.status}: neither matricule nor OID may leave, here they are",
            )
            yield official("ins-before-qual", text, rule, at=spots)
    for value in record.of(Trait.MAILBOX):
        text = Text(
            f"identité {expected.status} : l’adresse du patient porte son matricule, elle ne doit pas sortir",
            f"identity {expected.status}: the address of the patient holds the matricule and may not leave",
        )
        yield official("mailbox-before-qual", text, "TRA-01", "TRA-09", at=(value,))


def _against(value: Value, expected: Expected, record: IdentityRecord) -> Iterator[Problem]:
    form = record.format
    trait = value.trait
    wanted = expected.of(trait)
    if trait is Trait.FIRST_NAME and wanted is None:
        names = expected.of(Trait.FIRST_NAMES) or ""
        if not value.normal or starts_list(value.normal, names):
            yield from _beginning(value, names, form)
            return
        wanted = names.partition(" ")[0]
    if trait is Trait.MAILBOX:
        yield from _mailbox(value, expected)
        return
    if trait is Trait.NATURE:
        yield from _nature(value, expected)
        return
    if wanted is None or value.normal == wanted:
        return
    if expected.status in _OF_THE_DESK and form in _KNOWING and _says_unknown(value, wanted):
        yield _unknown(value, wanted, form)
        return
    if (printed := _printed(value, wanted)) is not None:
        yield from _displayed(printed, wanted)
        return
    # A long name or list goes on under its first line, which then stands beside the label alone.
    goes_on = trait in {Trait.BIRTH_NAME, Trait.FIRST_NAMES} and wanted.startswith(f"{value.normal} ")
    if (
        (not value.beside or goes_on)
        and record.shows(trait, wanted)
        and not _is_exchanged(value, wanted, record)
    ):
        yield unsure(value, wanted)
        return
    yield from _departs(value, wanted, form, expected)


def _is_exchanged(value: Value, wanted: str, record: IdentityRecord) -> bool:
    """Tell whether a page tells the name under the label of the first names, and these under that of the name: each by the other's."""
    others = {
        Trait.BIRTH_NAME: (Trait.FIRST_NAME, Trait.FIRST_NAMES),
        Trait.FIRST_NAME: (Trait.BIRTH_NAME,),
        Trait.FIRST_NAMES: (Trait.BIRTH_NAME,),
    }.get(value.trait, ())
    told = [one for trait in others for one in record.of(trait)]
    return value.normal != wanted and any(loosely_same(value.trait, one.normal, wanted) for one in told)


def _beginning(value: Value, names: str, form: Format) -> Iterator[Problem]:
    """Yield what is wrong with a first given name that begins the list when hyphens count as spaces."""
    first = names.partition(" ")[0]
    if not value.display and value.normal and not names.startswith(value.normal):
        yield from _departs(value, first, form)
    elif names.startswith(f"{value.normal}-"):
        yield _cut_at_hyphen(value, first)


def _cut_at_hyphen(value: Value, whole: str) -> Problem:
    """Say that a compound given name is not told whole: a search takes the two for the same, a reader does not."""
    text = Text(
        f"premier prénom : « {value.text} » trouvé, « {whole} » commence la liste : un prénom composé coupé à son trait d’union ?",
        f"first given name: got {value.text!r}, the list begins with {whole!r}: a compound name cut at its hyphen?",
    )
    return inferred("first-name-cut-at-hyphen", text, "F07", at=(value,))


_OF_THE_DESK: Final = frozenset({Status.PROV, Status.VALI})
"""Statuses of identities that the desk typed: INSi may know more of them."""
_NOT_KNOWN: Final = {
    Trait.SEX: frozenset({"UN", "U", "O", "I", "code unknown", "code other"}),
    Trait.BIRTH_PLACE: frozenset({"99999"}),
}


def _says_unknown(value: Value, wanted: str) -> bool:
    """Tell whether a value says that the trait is not known, or not to the day: it contradicts nothing."""
    if value.trait is Trait.BIRTH_DATE:
        if value.normal.startswith("nullFlavor"):
            return True
        told = "".join(one for one in value.normal if one.isdecimal())
        return len(told) in {4, 6} and wanted.replace("-", "").startswith(told)
    return value.trait in _NOT_KNOWN and (
        value.normal in _NOT_KNOWN[value.trait] or value.normal.startswith("nullFlavor")
    )


def _unknown(value: Value, wanted: str, form: Format) -> Problem:
    text = Text(
        f"{value.trait.text.fr} : « {value.text} », inconnu ou incomplet ; « {wanted} » est attendu si le dossier le sait",
        f"{value.trait.text.en}: {value.text!r}, unknown or incomplete; {wanted!r} is expected if the file knows it",
    )
    return inferred("trait-unknown-before-qual", text, RULES[form], "F12", at=(value,))


def _printed(value: Value, wanted: str) -> Value | None:
    """Return a printed value that is the one wanted but for letter case, with the line below when it goes on there."""
    if value.display and loosely_same(value.trait, value.normal, wanted):
        return value
    if value.wrapped and loosely_same(value.trait, value.wrapped, wanted):
        return replace(value, normal=value.wrapped)
    return None


def _displayed(value: Value, wanted: str) -> Iterator[Problem]:
    """Yield what a page may not change of a name, where case alone may."""
    if to_wire(value.normal).split() != to_wire(wanted).split():
        text = Text(
            f"« {wanted} » attendu, « {value.text} » imprimé : tirets, apostrophes ou espaces diffèrent",
            f"expected {wanted!r}, printed {value.text!r}: hyphens, apostrophes or spaces differ",
        )
        yield (official if value.beside else inferred)("name-separators", text, "F12", at=(value,))
    elif _letters(value.normal) != _letters(wanted):
        text = Text(
            f"« {wanted} » attendu, « {value.text} » imprimé : INSi n’a pas d’accent",
            f"expected {wanted!r}, printed {value.text!r}: INSi has no accent",
        )
        yield inferred("name-accents", text, "F11", at=(value,))


def _letters(name: str) -> str:
    """Return the letters of a name in upper case, accents kept, apart from what display may change."""
    return "".join(one for one in name.upper() if one.isalpha())


def _mailbox(value: Value, expected: Expected) -> Iterator[Problem]:
    number = expected.of(Trait.MATRICULE)
    if number and value.normal.partition("@")[0] != number:
        text = Text(
            f"l’adresse du patient {number}@… attendue, « {value.text} » trouvée",
            f"expected the address of the patient {number}@…, got {value.text!r}",
        )
        yield official("mailbox-of-another", text, "TRA-09", "F13", at=(value,))


def _nature(value: Value, expected: Expected) -> Iterator[Problem]:
    oid = expected.of(Trait.OID)
    wanted = "NIA" if oid and oid.endswith(".9") else "NIR"
    if oid and value.normal != wanted:
        text = Text(
            f"nature {wanted} attendue (OID {oid}), {value.normal} trouvée",
            f"expected the nature {wanted} (OID {oid}), got {value.normal}",
        )
        yield official("nature-differs", text, "MAT-04", at=(value,))


_NAMED: Final = frozenset({Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.FIRST_NAMES})


def _is_typed(value: Value, wanted: str, expected: Expected | None) -> bool:
    """Tell whether a name that the desk typed is told in other cases alone: what INSi answered is kept to the byte."""
    return expected is not None and expected.status in _OF_THE_DESK and value.normal.upper() == wanted.upper()


def _departs(value: Value, wanted: str, form: Format, expected: Expected | None = None) -> Iterator[Problem]:
    trait = value.trait
    rules = [RULES[form], "F12"]
    code = f"{trait.value.replace('_', '-')}-differs"
    fr, en = f"« {wanted} » attendu, « {value.text} » trouvé", f"expected {wanted!r}, got {value.text!r}"
    if trait is Trait.MATRICULE and expected is not None and expected.identity is not None:
        if any(former.matricule.value == value.normal for former in expected.identity.history):
            code, rules = "former-matricule", ["MAT-09"]
            fr, en = f"{fr} : c’est un ancien matricule", f"{en}: this is a former matricule"
    elif trait in _NAMED and _is_typed(value, wanted, expected):
        text = Text(
            f"{trait.text.fr} : {fr} : la casse diffère de celle du dossier",
            f"{trait.text.en}: {en}: the letter case is not that of the file",
        )
        yield inferred("name-case", text, *rules, at=(value,))
        return
    elif trait in _NAMED and comparison_key(value.normal) == comparison_key(wanted):
        fr, en = f"{fr} : à l’octet près, tel que rendu par INSi", f"{en}: byte for byte, as INSi answered it"
    yield official(code, Text(f"{trait.text.fr} : {fr}", f"{trait.text.en}: {en}"), *rules, at=(value,))
