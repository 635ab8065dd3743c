"""Rules on the identity that hold in every format: matricule, OID, traits, and how they go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from conformance.documents.coherence import coherence
from conformance.documents.expected import NOTHING_EXPECTED, Expected, Profile
from conformance.documents.numbers import is_matricule, looks_made_up
from conformance.documents.problems import inferred, official, reported
from conformance.documents.record import Format, IdKind, Trait
from conformance.documents.values import PATIENT_DOMAIN, may_be_of_patients
from simulator.ins.dates import BirthDate, BirthDateError
from simulator.ins.matricule import NUMBER_LENGTH, VALUE_LENGTH, Matricule, MatriculeError, key_of
from simulator.ins.oid import InsOid, OidError, parse_oid
from simulator.ins.places import check_place_format, cog
from simulator.ins.traits import LexicalCode, check_birth_name, check_first_names, starts_list
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.problems import Problem
    from conformance.documents.record import Identifier, IdentityRecord, Value

_INS_C_LENGTH: Final = 22
_KEYED_OR_NOT: Final = re.compile(r"[1-478]\d{4}(?:\d\d|2[AB])\d{6}", re.ASCII)
_ANS_ARC: Final = "1.2.250.1.213.1."
_UNKNOWN_PLACE: Final = "99999"
_PAPER: Final = frozenset({Format.PDF, Format.IMAGE})


def judge_record(record: IdentityRecord, expected: Expected = NOTHING_EXPECTED) -> Iterator[Problem]:
    """Yield what is wrong with the identity of one record, in itself (``expecting`` holds it against the expected one)."""
    for one in record.identifiers:
        yield from _identifier(one, record, expected)
    yield from _several(record)
    yield from _mailboxes(record)
    if not record.has_ins:
        return
    yield from _names(record)
    yield from _first_name(record)
    yield from _sex(record)
    yield from _birth_date(record)
    yield from _birth_place(record)
    yield from coherence(record, expected)


def _identifier(one: Identifier, record: IdentityRecord, expected: Expected) -> Iterator[Problem]:
    if one.kind in {IdKind.INS, IdKind.FORMER_INS}:
        if one.number is None or not one.number.normal:
            yield official(
                "oid-without-matricule",
                Text("un OID d’INS sans matricule", "the OID of an INS without a matricule"),
                "MAT-07",
                at=(one.oid or one.place,),
            )
        elif one.kind is IdKind.INS or one.number.normal:
            yield from matricule_problems(one.number)
        yield from _profile(one, expected)
        return
    number = one.number
    if number is None:
        return
    oid = one.oid.text if one.oid else ""
    near = oid.strip().removeprefix("urn:oid:")
    shaped = is_matricule(number.normal)
    if (
        one.claims_ins
        or (shaped and one.oid is None and one.kind is IdKind.LOCAL)
        or (shaped and near.startswith(_ANS_ARC) and one.kind in {IdKind.LOCAL, IdKind.INS_C})
    ):
        if one.kind is IdKind.INS_C and not shaped:
            return
        if not oid:
            text = Text("un matricule sans OID", "a matricule without an OID")
            yield official("matricule-without-oid", text, "MAT-07", at=(number,))
            return
        why = _why_not(oid)
        text = Text(
            f"OID d’un INS attendu ({', '.join(InsOid)}), « {oid} » trouvé",
            f"expected the OID of an INS ({', '.join(InsOid)}), got {oid!r}: {why}",
        )
        yield official("oid-not-ins", text, "MAT-05", at=(number, one.oid) if one.oid else (number,))
    elif one.kind is IdKind.LOCAL and shaped and number.normal in _own_numbers(record, expected):
        text = Text(
            "le matricule INS sert d’identifiant local, sous un autre OID",
            "the matricule serves as a local identifier, under another OID",
        )
        make = official if expected.forbids_ins else inferred
        yield make(
            "matricule-as-local-id", text, "TRA-01" if expected.forbids_ins else "MAT-05", at=(number,)
        )


def _own_numbers(record: IdentityRecord, expected: Expected) -> set[str]:
    own = {value.normal for value in record.of(Trait.MATRICULE)}
    if known := expected.of(Trait.MATRICULE):
        own.add(known)
    return own


def _why_not(oid: str) -> str:
    try:
        parse_oid(oid)
    except OidError as error:
        return error.why
    return "it is not in the place of an INS"


def matricule_problems(value: Value) -> Iterator[Problem]:
    """Yield what is wrong with a number that is given as a matricule INS (ins-rules MAT-01 to MAT-03)."""
    number = value.normal
    if looks_made_up(number):
        text = Text(
            "un matricule attendu, un numéro de remplissage trouvé : sans INS, ni matricule ni OID",
            "expected a matricule, got a filler: without an INS neither matricule nor OID is given",
        )
        yield reported("matricule-filler", text, "MAT-10", at=(value,))
        return
    if len(number) == _INS_C_LENGTH and number.isdecimal():
        text = Text(
            "22 chiffres : un ancien INS-C sous l’OID d’un INS",
            "22 digits: an old INS-C under the OID of an INS",
        )
        yield official("ins-c-as-ins", text, "MAT-05", "F15", at=(value,))
        return
    if len(number) == NUMBER_LENGTH and _KEYED_OR_NOT.fullmatch(number):
        text = Text(
            f"15 caractères attendus, 13 trouvés : la clé manque ({key_of(number)})",
            f"expected 15 characters, got 13: the key is missing ({key_of(number)})",
        )
        yield official("matricule-without-key", text, "MAT-01", at=(value,))
        return
    if number.upper() != number and is_matricule(number.upper()):
        text = Text("lettres de Corse en majuscules attendues", "expected Corsican letters in upper case")
        yield official("matricule-lower-case", text, "MAT-02", at=(value,))
        return
    if len(number) != VALUE_LENGTH:
        text = Text(
            f"15 caractères attendus, {len(number)} trouvés", f"expected 15 characters, got {len(number)}"
        )
        yield official("matricule-length", text, "MAT-01", at=(value,))
        return
    yield from _key_and_structure(value)


def _key_and_structure(value: Value) -> Iterator[Problem]:
    number = value.normal
    try:
        key = key_of(number[:NUMBER_LENGTH])
    except MatriculeError as error:
        text = Text(
            "chiffres attendus, et 2A ou 2B pour la Corse, sans espace ni séparateur",
            f"expected {error.expected}, got {error.got}",
        )
        yield official("matricule-characters", text, "MAT-01", at=(value,))
        return
    if not (number[NUMBER_LENGTH:].isascii() and number[NUMBER_LENGTH:].isdecimal()):
        text = Text(
            f"une clé de deux chiffres attendue ({key}), « {number[NUMBER_LENGTH:]} » trouvé",
            f"expected a key of two figures ({key}), got {number[NUMBER_LENGTH:]!r}",
        )
        yield official("matricule-characters", text, "MAT-01", at=(value,))
        return
    if number[NUMBER_LENGTH:] != key:
        text = Text(
            f"clé {key} attendue, {number[NUMBER_LENGTH:]} trouvée",
            f"expected the key {key}, got {number[NUMBER_LENGTH:]}",
        )
        yield official("matricule-key", text, "MAT-01", at=(value,))
        return
    try:
        Matricule.parse(number)
    except MatriculeError as error:
        text = Text(
            f"structure inhabituelle du matricule ({error.part}) : {error.got}",
            f"unusual structure of the matricule ({error.part}): expected {error.expected}, got {error.got}",
        )
        sure = error.part == "sex" and number[0] != "0"
        yield (reported if sure else inferred)(f"matricule-{error.part}", text, "MAT-03", at=(value,))


def _profile(one: Identifier, expected: Expected) -> Iterator[Problem]:
    if one.oid is None or one.oid.normal not in frozenset(InsOid):
        return
    oid = InsOid(one.oid.normal)
    if expected.profile is Profile.PRODUCTION and oid.is_test:
        text = Text(
            f"OID de production attendu (.8 ou .9), OID de test {oid} trouvé",
            f"expected a production OID (.8 or .9), got the test OID {oid}",
        )
        yield inferred("oid-of-test", text, "MAT-06", at=(one.oid,))
    elif expected.profile is Profile.TEST and not oid.is_test and expected.of(Trait.OID) != oid:
        text = Text(
            f"OID de test attendu (.10 ou .11), OID de production {oid} trouvé (le service INSi de qualification le rend)",
            f"expected a test OID (.10 or .11), got the production OID {oid} (which the qualification service answers)",
        )
        yield inferred("oid-of-production", text, "MAT-06", at=(one.oid,))


def _several(record: IdentityRecord) -> Iterator[Problem]:
    seen: dict[tuple[str, str], Identifier] = {}
    for one in record.ins:
        if one.number is not None and one.oid is not None:
            seen.setdefault((one.number.normal, one.oid.normal), one)
    if len(seen) > 1:
        text = Text(
            f"un seul INS en cours attendu, {len(seen)} trouvés",
            f"expected a single INS in use, got {len(seen)}",
        )
        places = [value for one in seen.values() for value in (one.number, one.oid) if value is not None]
        yield reported("several-ins", text, "MAT-09", "F05", at=places)


def _mailboxes(record: IdentityRecord) -> Iterator[Problem]:
    """Check the address of a patient: exactly the matricule, at the patients' domain, of a qualified identity only."""
    for value in record.of(Trait.MAILBOX):
        number, _, domain = value.normal.partition("@")
        if not is_matricule(number):
            text = Text(
                f"l’adresse d’un patient est son matricule de 15 caractères @{PATIENT_DOMAIN}, « {value.text} » trouvé",
                f"the address of a patient is their matricule of 15 characters @{PATIENT_DOMAIN}, got {value.text!r}",
            )
            yield official("mailbox-number", text, "TRA-09", at=(value,))
        elif domain != PATIENT_DOMAIN:
            text = Text(
                f"domaine {PATIENT_DOMAIN} attendu, « {domain} » trouvé",
                f"expected the domain {PATIENT_DOMAIN}, got {domain!r}",
            )
            make = inferred if may_be_of_patients(domain) else official
            yield make("mailbox-domain", text, "TRA-09", at=(value,))
        if record.format in _WITH_IDENTIFIERS and not record.has_ins:
            text = Text(
                "l’adresse du patient porte son matricule, mais le document ne porte pas d’INS",
                "the address of the patient holds the matricule, but the document holds no INS",
            )
            yield official("mailbox-without-ins", text, "TRA-09", at=(value,))


_WITH_IDENTIFIERS: Final = frozenset({Format.CDA, Format.HL7V2, Format.FHIR})
_HARD_CODES: Final = frozenset(
    {
        LexicalCode.DIACRITIC,
        LexicalCode.LIGATURE,
        LexicalCode.PUNCTUATION,
        LexicalCode.CHARACTER,
        LexicalCode.EMPTY,
    }
)


def _names(record: IdentityRecord) -> Iterator[Problem]:
    checks = {
        Trait.BIRTH_NAME: check_birth_name, Trait.FIRST_NAME: check_first_names, Trait.FIRST_NAMES: check_first_names,
    }  # fmt: skip
    for value in record.values:
        check = checks.get(value.trait)
        if check is None or value.display:
            continue
        problems = check(value.normal)
        hard = next((one for one in problems if one.code in _HARD_CODES), None)
        lower = next((one for one in problems if one.code == LexicalCode.LOWER_CASE), None)
        said = Text(value.trait.text.fr, value.trait.text.en)
        if hard is not None:
            text = Text(
                f"{said.fr} : A à Z, espace, apostrophe et trait d’union seulement ; trouvé {hard.got}",
                f"{said.en}: expected {hard.expected}, got {hard.got}",
            )
            make = official if hard.code in {LexicalCode.DIACRITIC, LexicalCode.LIGATURE} else reported
            yield make("name-characters", text, "TRT-02", "F11", at=(value,))
        elif lower is not None:
            text = Text(f"{said.fr} en majuscules attendu", f"expected the {said.en} in upper case")
            make = official if record.format is Format.DATAMATRIX else inferred
            yield make("name-lower-case", text, "TRT-01", "F11", at=(value,))
        elif problems:
            text = Text(f"{said.fr} : forme inhabituelle ({problems[0].got})", f"{said.en}: {problems[0]}")
            yield inferred("name-shape", text, "TRT-06", at=(value,))


def _first_name(record: IdentityRecord) -> Iterator[Problem]:
    first, names = record.first(Trait.FIRST_NAME), record.first(Trait.FIRST_NAMES)
    if first is None or names is None or not first.normal or not names.normal:
        return
    if not starts_list(first.normal, names.normal):
        text = Text(
            f"la liste des prénoms commence par le premier prénom : « {first.text} » ne commence pas « {names.text} »",
            f"the list of given names begins with the first one: {first.text!r} does not begin {names.text!r}",
        )
        yield reported("first-name-not-in-list", text, "F07", at=(first, names))
    elif first.normal == names.normal and " " in first.normal:
        text = Text(
            "le premier prénom seul attendu, la liste entière est à sa place",
            "expected the first given name alone, the whole list is in its place",
        )
        yield inferred("first-name-is-list", text, "F07", at=(first, names))


def _sex(record: IdentityRecord) -> Iterator[Problem]:
    for value in record.of(Trait.SEX):
        if value.normal not in {"M", "F"}:
            text = Text(
                f"M ou F attendu avec un INS, « {value.text} » trouvé",
                f"expected M or F beside an INS, got {value.text!r}",
            )
            yield reported("sex-value", text, "TRT-12", "F09", at=(value,))


def _birth_date(record: IdentityRecord) -> Iterator[Problem]:
    for value in record.of(Trait.BIRTH_DATE):
        try:
            date = BirthDate.parse_iso(value.normal)
            date.to_date()
        except BirthDateError as error:
            text = Text(
                f"une date complète et réelle attendue avec un INS, « {value.text} » trouvé",
                f"expected a complete and real date beside an INS, got {value.text!r}: {error}",
            )
            yield official("birth-date", text, "F08", "TRT-08", at=(value,))


def _birth_place(record: IdentityRecord) -> Iterator[Problem]:
    for value in record.of(Trait.BIRTH_PLACE):
        if not value.normal:
            continue
        if check_place_format(value.normal):
            text = Text(
                f"code du lieu de naissance : cinq caractères attendus (51215, 2A004, 99352), « {value.text} » trouvé",
                f"birth place code: expected five characters (51215, 2A004, 99352), got {value.text!r}",
            )
            yield official("birth-place-code", text, "TRT-10", "F10", at=(value,))
        elif value.normal == _UNKNOWN_PLACE:
            text = Text(
                "99999 (lieu inconnu) : INSi ne le rend jamais",
                "99999 (unknown place): INSi never answers it",
            )
            yield inferred("birth-place-unknown", text, "TRT-10", "F10", at=(value,))
        elif not cog().exists(value.normal):
            text = Text(
                f"« {value.text} » n’est dans aucune liste de communes ou de pays (code postal ?)",
                f"{value.text!r} is in no list of communes or countries (a post code?)",
            )
            yield inferred("birth-place-unlisted", text, "F10", at=(value,))
