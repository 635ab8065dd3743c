"""CRE-06: an identity scanned in from a Datamatrix INS."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from conformance.documents.datamatrix.payload import GS, HEADER, payload_of, write_blocks
from conformance.drivers.model import SearchCriteria, Status
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cast import CAST, PARTS, Part
from conformance.suite.desk.expect import expect, expect_each
from conformance.suite.desk.people import NAMES_IN_USE
from conformance.suite.desk.snapshot import Moment
from conformance.suite.desk.wire import UNKNOWN_PLACE
from conformance.suite.desk.words import expect_values, insi_values
from conformance.suite.verification.wire import claims_of, expect_claims, verifications
from conformance.verdicts import Departure, UndecidedError, Verdict
from simulator.ins.traits import starts_list

if TYPE_CHECKING:
    from conformance.drivers.model import Patient
    from conformance.suite.desk.steps import Desk
    from simulator.client import ExchangeView
    from simulator.registry.person import Person

_SEVERAL: Final = 3
"""A list of so many names is no single compound name."""
_PLACE: Final = "birth_place"
LETTERS_OF_SIGNS: Final = Part(
    key="letters-of-signs",
    wish={"sex": "F", "birth_date": "1968-02-05"},
    names=lambda name, firsts: (f"{name}GSON LINGS", f"{firsts[0]}GS RS{firsts[1]} {firsts[2]}FNC"),
)
"""Somebody whose names hold the letters by which separators are named: a separator is one character (ins-rules §15)."""
LONGEST: Final = Part(
    key="longest",
    wish={"sex": "M", "birth_date": "1971-12-24"},
    names=lambda name, firsts: ((f"{name} {firsts[1]}" * 100)[:99] + "E", firsts[0]),
)
"""Somebody whose name fills its block (ins-rules §15)."""
_NO_SEX: Final = ("X", "1", "2")
"""What stands in a block S5 by mistake: the figures are those that other formats have for M and F."""
_LENIENT: Final = frozenset({"literal-gs", "no-separator"})
"""Wrong symbols that a reader may understand all the same."""


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Lire un Datamatrix INS remplit les champs, sans qualifier, sans garder d'INS qu'INSi n'a pas confirmé",
    en="Scanning an INS Datamatrix fills the fields, without qualifying, without keeping an INS that INSi has not confirmed",
)
def test_scanned_fields(desk: Desk) -> None:
    def judge(key: str) -> None:
        person = desk.play(PARTS[key])
        patient, requests = _scan(desk, person, payload_of(person.identity))
        values = {
            name: value
            for name, value in insi_values(person).items()
            if name not in {"matricule", "oid"} and value is not None
        }
        expect_values(
            patient,
            values,
            fr="le dossier ne porte pas ce que dit le symbole",
            en="the file does not hold what the symbol tells",
        )
        _expect_first_name(patient, person)
        # The symbol holds no name in use (FLD-04).
        expect_values(
            patient,
            dict.fromkeys(NAMES_IN_USE),
            fr="la lecture remplit les noms utilisés",
            en="the scan fills the names in use",
        )
        expect(
            patient.status is not Status.QUAL,
            fr="la lecture d'un symbole rend l'identité qualifiée",
            en="scanning a symbol makes the identity qualifiée",
            inferred=True,
        )
        expect(
            patient.status is not Status.VALI,
            fr="la lecture d'un symbole valide l'identité, sans contrôle de pièce",
            en="scanning a symbol validates the identity, with no document checked",
            inferred=True,
        )
        if patient.matricule is not None or patient.status is Status.RECUP:
            expect(
                requests,
                fr=f"l'INS lu est gardé (statut {patient.status}) sans aucune demande à INSi",
                en=f"the INS scanned is kept (status {patient.status}) without asking INSi",
                inferred=True,
            )
        number = person.identity.matricule.number
        expect(
            not requests or any(number in (request.request_xml or "") for request in requests),
            fr="ce qui part à INSi après la lecture ne porte pas le matricule du symbole",
            en="what goes to INSi after the scan does not carry the matricule of the symbol",
            inferred=True,
        )
        if patient.matricule is not None:
            expect_values(
                patient,
                {"matricule": person.identity.matricule.value, "oid": str(person.identity.oid)},
                fr="l'INS du dossier n'est pas celui du symbole",
                en="the INS of the file is not that of the symbol",
            )

    expect_each({part.key: partial(judge, part.key) for part in CAST})


def _expect_first_name(patient: Patient, person: Person) -> None:
    """Expect a 1er prénom that begins the list of the symbol; of three names or more, not all of them."""
    names = person.identity.traits.first_names
    if not patient.first_name:
        return
    expect(
        starts_list(patient.first_name, names),
        fr=f"1er prénom « {patient.first_name} », la liste lue est « {names} »",
        en=f"1er prénom {patient.first_name!r}, the list scanned is {names!r}",
    )
    expect(
        len(names.split()) < _SEVERAL or len(patient.first_name.split()) < len(names.split()),
        fr=f"1er prénom « {patient.first_name} » : c'est toute la liste",
        en=f"1er prénom {patient.first_name!r}: this is the whole list",
        inferred=True,
    )


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Blocs dans un autre ordre, bloc S7 absent, identifiant de symbologie devant : lus de même",
    en="Blocks in another order, no block S7, symbology identifier in front: read the same",
)
def test_other_right_symbols(desk: Desk) -> None:
    def judge(how: str) -> None:
        # Scanned before: what a symbol leaves out must not come from the one before it.
        former = desk.play(PARTS["double-hyphen-abroad-summer"])
        with suppress(RefusedError):
            desk.lgo.scan_datamatrix(payload_of(former.identity), actor=desk.user)
        person = desk.play(
            LETTERS_OF_SIGNS if how == "names-first" else PARTS["hyphens-leading-zero-29-february"]
        )
        content = {
            "reversed": payload_of(person.identity, order=("S7", "S6", "S5", "S4", "S3", "S2", "S1")),
            "names-first": payload_of(person.identity, order=("S3", "S4", "S1", "S2", "S5", "S6", "S7")),
            "without-place": payload_of(person.identity, order=("S1", "S2", "S3", "S4", "S5", "S6")),
        }[how]
        patient, _ = _scan(desk, person, content)
        values = insi_values(person)
        left_out = {"matricule", "oid", *([_PLACE] if how == "without-place" else [])}
        expect_values(
            patient,
            {name: value for name, value in values.items() if name not in left_out},
            fr=f"symbole juste ({how}) mal lu",
            en=f"right symbol ({how}) read wrongly",
        )
        expect(
            patient.birth_place in {None, "", UNKNOWN_PLACE, values[_PLACE]},
            fr=f"le lieu {patient.birth_place} n'est pas celui du patient dont le symbole ({how}) est lu",
            en=f"the place {patient.birth_place} is not that of the patient whose symbol ({how}) is scanned",
        )

    _expect_longest_read(desk)
    # The order of the blocks is free: reported, as the format itself.
    expect_each({how: partial(judge, how) for how in ("reversed", "names-first", "without-place")})


def _expect_longest_read(desk: Desk) -> None:
    """Check that a name of 100 letters, after which no separator stands, ends where it ends; it may be cut, or refused."""
    person = desk.play(LONGEST)
    with suppress(RefusedError):
        answer = desk.lgo.scan_datamatrix(payload_of(person.identity), actor=desk.user)
        if answer.patient_id is None:
            return
        patient, values = desk.lgo.read_patient(answer.patient_id, actor=desk.user), insi_values(person)
        expect_values(
            patient,
            {name: values[name] for name in ("sex", "birth_date")},
            fr="symbole au nom de 100 lettres mal lu",
            en="symbol with a name of 100 letters read wrongly",
        )
        expect(
            (values["birth_name"] or "").startswith(patient.birth_name or "-"),
            fr=f"le nom lu « {patient.birth_name} » n'est pas celui du symbole",
            en=f"the name scanned {patient.birth_name!r} is not that of the symbol",
        )


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Un symbole faux n'entre pas : il est refusé, ou laissé à quelqu'un, et ne crée aucun dossier",
    en="A wrong symbol does not get in: it is refused, or left to somebody, and creates no file",
)
def test_broken_symbols(desk: Desk) -> None:
    def judge(how: str) -> None:
        person = desk.draw(first_names_count=2)
        content = _broken(person)[how]
        try:
            answer = desk.lgo.scan_datamatrix(content, actor=desk.user)
        except RefusedError:
            answer = None
        traits = person.identity.traits
        for patient in desk.lgo.search_patients(
            SearchCriteria(birth_date=traits.birth_date), actor=desk.user
        ):
            is_theirs = (patient.birth_name or "").startswith(traits.birth_name[:2])
            is_read_right = (patient.birth_name, patient.first_names, patient.sex) == (
                traits.birth_name,
                traits.first_names,
                traits.sex,
            )
            # What only its separators have wrong can still be understood: nobody forbids that.
            if is_theirs and not (is_read_right and how in _LENIENT):
                raise Departure(
                    f"un symbole faux ({how}) crée un dossier : {patient.birth_name} {patient.first_names}",
                    f"a wrong symbol ({how}) creates a file: {patient.birth_name} {patient.first_names}",
                )
        expect(
            answer is None or answer.patient_id is None or how in _LENIENT,
            fr=f"un symbole faux ({how}) donne un dossier ({answer.outcome if answer else ''})",
            en=f"a wrong symbol ({how}) gives a file ({answer.outcome if answer else ''})",
        )

    control = desk.draw()
    _scan(desk, control, payload_of(control.identity))
    expect_each({how: partial(judge, how) for how in _broken(desk.draw(first_names_count=2))})


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Un symbole dont le sexe n'est ni F ni M ne met pas cette lettre au dossier",
    en="A symbol whose sex is neither F nor M does not put that letter into the file",
)
def test_other_sex(desk: Desk) -> None:
    def judge(letter: str) -> None:
        person = desk.draw()
        content = write_blocks([*(_blocks(person) | {"S5": letter}).items()])
        try:
            answer = desk.lgo.scan_datamatrix(content, actor=desk.user)
        except RefusedError:
            return
        if answer.patient_id is None:
            return
        # Who scans may be asked for the sex afterwards: a file without one says nothing wrong.
        sex = desk.lgo.read_patient(answer.patient_id, actor=desk.user).sex
        expect(
            sex in {None, "", "F", "M"},
            fr=f"le sexe « {letter} » lu dans un symbole est au dossier : {sex}",
            en=f"the sex {letter!r} scanned in a symbol is in the file: {sex}",
            # The values of block S5 are second-hand.
            inferred=True,
        )

    control = desk.draw()
    _scan(desk, control, payload_of(control.identity))
    expect_each({letter: partial(judge, letter) for letter in _NO_SEX})


@pytest.mark.rule("CRE-06")
@pytest.mark.title(
    fr="Lire le symbole d'un patient déjà qualifié ne change ni son identité ni son statut",
    en="Scanning the symbol of a patient already qualified changes neither the identity nor the status",
)
def test_known_patient(desk: Desk) -> None:
    person = desk.draw()
    patient = desk.bring(person, Status.QUAL)
    before = desk.snapshot(patient)
    # A refusal ("already known") is one way not to change it.
    with suppress(RefusedError):
        desk.lgo.scan_datamatrix(payload_of(person.identity), actor=desk.user)
    after = desk.snapshot(patient)
    expect_values(
        after.patient,
        {name: getattr(before.patient, name) for name in (*insi_values(person), "status")},
        fr="le dossier qualifié a changé à la lecture de son propre symbole",
        en="the qualified file changed when its own symbol was scanned",
        inferred=True,
    )


def _scan(desk: Desk, person: Person, content: str) -> tuple[Patient, list[ExchangeView]]:
    """Scan a symbol and return the file that came of it, with what INSi received meanwhile."""
    try:
        answer, requests = desk.during(lambda: desk.lgo.scan_datamatrix(content, actor=desk.user))
    except RefusedError as refusal:
        raise Departure(
            f"un symbole juste est refusé : {refusal.message} ({refusal.code})",
            f"a right symbol is refused: {refusal.message} ({refusal.code})",
        ) from refusal
    if answer.patient_id is None:
        for claimed in (each for request in verifications(requests) for each in claims_of(request)):
            # What is asked about shows what was read.
            expect_claims(claimed, insi_values(person), Moment("symbole juste lu", "right symbol scanned"))
        raise UndecidedError(
            f"la lecture ne donne aucun dossier ({answer.outcome}) : rien à comparer",
            f"the scan gives no file ({answer.outcome}): nothing to compare",
            verdict=Verdict.REVIEW,
        )
    return desk.lgo.read_patient(answer.patient_id, actor=desk.user), requests


def _blocks(person: Person) -> dict[str, str]:
    """Return the blocks that a symbol needs, in their order."""
    identity, traits = person.identity, person.identity.traits
    year, month, day = traits.birth_date.split("-")
    return {
        "S1": identity.matricule.value,
        "S2": str(identity.oid),
        "S3": traits.first_names,
        "S4": traits.birth_name,
        "S5": str(traits.sex),
        "S6": f"{day}-{month}-{year}",
    }


def _broken(person: Person) -> dict[str, str]:
    """Return wrong symbols of somebody, by what is wrong with each."""
    right = payload_of(person.identity)
    blocks = [*_blocks(person).items()]
    number = person.identity.matricule.value
    wrong_key = f"{number[:13]}{97 - int(number[13:]) % 97 or 97:02d}"
    if wrong_key == number:
        wrong_key = f"{number[:13]}{int(number[13:]) % 97 + 1:02d}"
    return {
        "literal-gs": right.replace(GS, "GS"),
        "no-separator": right.replace(GS, ""),
        "other-header": f"DC01{right[4:]}",
        "wrong-key": write_blocks([("S1", wrong_key), *blocks[1:]]),
        "no-number": write_blocks(blocks[1:]),
        "no-birth-name": write_blocks([one for one in blocks if one[0] != "S4"]),
        "cut": right[: len(HEADER) + 30],
        "nothing": HEADER,
    }
