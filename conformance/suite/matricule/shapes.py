"""Numbers and OIDs that tell, or do not tell, what a number is, and what the screen says of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from conformance.drivers.screens import Form
from simulator.ins.matricule import Matricule
from simulator.ins.oid import InsOid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.model import Patient
    from conformance.drivers.screens import FormField
    from conformance.suite.desk.steps import Desk
    from simulator.registry.person import Person

ROOT: Final = "1.2.250.1.213.1.4"

NATURES: Final = {
    "NIA qui commence par 1": ("1", InsOid.NIA),
    "NIA qui commence par 2": ("2", InsOid.NIA),
    "NIA qui commence par 7": ("7", InsOid.NIA),
    "NIA qui commence par 8": ("8", InsOid.NIA),
    "NIR qui commence par 1": ("1", InsOid.NIR),
    "NIR qui commence par 8": ("8", InsOid.NIR),
    "NIR d'essai qui commence par 7": ("7", InsOid.NIR_TEST),
    "NIR d'essai qui commence par 2": ("2", InsOid.NIR_TEST),
}
"""First digit and OID: neither says anything of the other."""

NO_INS: Final = {
    "l'OID de l'INS-C (.2)": f"{ROOT}.2",
    "un OID inconnu (.99)": f"{ROOT}.99",
    "l'OID de facturation d'un NIA (.14)": f"{ROOT}.14",
    "un OID inconnu (.5)": f"{ROOT}.5",
    "un OID qui commence comme .8": f"{ROOT}.80",
    "un OID qui commence comme .10": f"{ROOT}.101",
    "un OID plus long que .8": f"{ROOT}.8.1",
    "l'arc des OID de l'INS": ROOT,
    "un OID qui finit comme .10": "1.2.250.1.213.1.5.10",
    "l'OID des modèles de documents": "1.2.250.1.213.1.1.1",
    "l'OID du dossier pharmaceutique": "1.2.250.1.176.1.2",
    "un OID vide": "",
    "un texte": "INS-NIR",
}

BILLING: Final = {"l'OID de facturation .13": f"{ROOT}.13", "l'OID de facturation .14": f"{ROOT}.14"}


def known(desk: Desk, digit: str, oid: InsOid) -> Person:
    """Draw somebody whose number begins so and whom INSi knows under this OID."""

    def shape(person: Person) -> Person:
        number = Matricule.from_number(f"{digit}{person.identity.matricule.number[1:]}")
        return replace(person, identity=replace(person.identity, matricule=number, oid=oid))

    return desk.draw(shape=shape, sex="M" if digit in {"1", "7"} else "F", nia=False)


def natures_shown(desk: Desk, patient: Patient) -> set[str]:
    """Return which of NIR and NIA the screen of a file says; a label that names both says neither."""
    return natures_told(desk.lgo.read_form(Form.PATIENT, patient_id=patient.id, actor=desk.user))


def natures_told(fields: Iterable[FormField]) -> set[str]:
    """Return which of NIR and NIA these fields of a screen say."""
    said: set[str] = set()
    for field in fields:
        if field.name in {"billing_number", "proof", "kind"}:
            continue
        for text in (field.label, field.value or ""):
            found = {word.upper() for word in re.findall(r"\b(?:INS-)?(NIR|NIA)\b", text, re.IGNORECASE)}
            if len(found) == 1:
                said |= found
    return said
