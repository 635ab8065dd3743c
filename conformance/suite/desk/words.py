"""Words for the fields of an identity, values made visible, and comparisons that name what differs."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from conformance.drivers.cards import AppIdentity
from conformance.drivers.model import IDENTITY_FIELDS, Patient
from conformance.verdicts import Departure
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.registry.person import Person

FIELD = {
    "matricule": Text("matricule INS", "matricule INS"),
    "oid": Text("OID", "OID"),
    "birth_name": Text("nom de naissance", "birth name"),
    "first_names": Text("prénom(s) de naissance", "birth first names"),
    "first_name": Text("1er prénom de naissance", "first birth first name"),
    "birth_date": Text("date de naissance", "date of birth"),
    "sex": Text("sexe", "sex"),
    "birth_place": Text("code INSEE du lieu de naissance", "INSEE code of the birth place"),
    "used_name": Text("nom utilisé", "used name"),
    "used_first_name": Text("prénom utilisé", "used first name"),
}
"""How the reasons name each identity field."""

_OTHERS = {
    "status": Text("statut", "status"),
    "attributes": Text("attributs", "attributes"),
    "proof": Text("dispositif d'identité", "identity document"),
    "billing_number": Text("numéro de facturation", "billing number"),
    "birth_date_uncertain": Text("date de naissance incertaine", "uncertain date of birth"),
}

STATE = (*IDENTITY_FIELDS, "status")
"""What has to stay the same when nothing may be written."""


def label(name: str) -> Text:
    """Return how a reason names a field, the status, the attributes or the document."""
    return FIELD.get(name) or _OTHERS.get(name) or Text.same(name)


def as_cx(matricule: str | None, oid: str | None) -> str:
    """Return an INS as XDS metadata and HL7 write the identifier of a patient (TRA-05)."""
    return f"{matricule}^^^&{oid or ''}&ISO^NH"


def insi_values(person: Person) -> dict[str, str | None]:
    """Return the seven values that INSi gives for a person, by identity field (RSP-02)."""
    identity = person.identity
    return {
        "matricule": identity.matricule.value,
        "oid": str(identity.oid),
        "birth_name": identity.traits.birth_name,
        "first_names": identity.traits.first_names,
        "birth_date": identity.traits.birth_date,
        "sex": identity.traits.sex,
        "birth_place": identity.traits.birth_place,
    }


def app_identity(person: Person, *, rank: str = "1", **others: str | None) -> AppIdentity:
    """Return what the Appli carte Vitale hands over for a person of the registry, some values replaced."""
    values: dict[str, Any] = {**insi_values(person), **others}
    return AppIdentity(rank=rank, **values)


def state_of(patient: Patient) -> dict[str, str | None]:
    """Return the ten identity fields and the status."""
    return {name: getattr(patient, name) for name in STATE}


def expect_values(
    got: Mapping[str, str | None] | Patient,
    expected: Mapping[str, str | None],
    *,
    fr: str,
    en: str,
    inferred: bool = False,
) -> None:
    """Raise a ``Departure`` that lists every field of ``expected`` whose value in ``got`` is another one.

    ``fr`` and ``en`` say what is wrong as a whole: «le dossier a changé après un refus».
    """
    values = state_of(got) if isinstance(got, Patient) else got
    wrong = {name: value for name, value in expected.items() if values.get(name) != value}
    if wrong:
        lines_fr = [
            f"{label(name).fr} : attendu {shown(value).fr}, obtenu {shown(values.get(name)).fr}"
            for name, value in wrong.items()
        ]
        lines_en = [
            f"{label(name).en}: expected {shown(value).en}, got {shown(values.get(name)).en}"
            for name, value in wrong.items()
        ]
        raise Departure(f"{fr} ({' ; '.join(lines_fr)})", f"{en} ({'; '.join(lines_en)})", inferred=inferred)


def shown(value: object) -> Text:
    """Return a value as a reason shows it: quoted, sets and lists in a stable order, what the eye cannot see named."""
    if value is None or value in ((), [], set(), frozenset()):
        return Text("rien", "nothing")
    if isinstance(value, (set, frozenset)):
        value = ", ".join(sorted(map(str, value)))
    elif isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    text = seen(str(value))
    return Text(f"«\u00a0{text}\u00a0»", f"“{text}”")


def seen(text: str) -> str:
    """Return a text with everything that does not show, or is taken for something else, as ``<U+00A0>``.

    A plain space shows inside, not at the ends: there it is written ``<U+0020>``.
    """
    # Names and dates, nearly always; most sentences that they stand in are never said.
    if text.isascii() and text.isprintable() and text[:1] != " " and text[-1:] != " ":
        return text
    inner = "".join(letter if _shows(letter) else f"<U+{ord(letter):04X}>" for letter in text)
    stripped = inner.strip(" ")
    if not stripped:
        return "<U+0020>" * len(inner)
    start = len(inner) - len(inner.lstrip(" "))
    end = len(inner) - len(inner.rstrip(" "))
    return "<U+0020>" * start + stripped + "<U+0020>" * end


def _shows(letter: str) -> bool:
    if letter == " ":
        return True
    # Letters beyond Latin, full-width digits and combining marks look like others, or like nothing.
    return letter.isprintable() and ord(letter) < 0x250 and not unicodedata.combining(letter)  # noqa: PLR2004


def elided(act: str) -> str:
    """Return a French infinitive behind « de », as it is said: « d'appeler INSi »."""
    return f"d'{act}" if act[:1].lower() in "aeéêiouh" else f"de {act}"
