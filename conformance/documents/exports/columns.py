"""What a column, a key or an attribute of a file of the software's own making tells, by the words of its name."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Tells(StrEnum):
    """What stands under a name."""

    MATRICULE = "matricule"
    KEY = "key"
    """The two characters of the key, apart from the number."""
    OID = "oid"
    NATURE = "nature"
    STATUS = "status"
    BIRTH_NAME = "birth_name"
    FIRST_NAME = "first_name"
    FIRST_NAMES = "first_names"
    FURTHER = "further"
    """A second, third… given name in a column of its own."""
    USED_NAME = "used_name"
    USED_FIRST_NAME = "used_first_name"
    BILLING = "billing"
    """A number of social security: it may have the digits of the INS, and is none."""
    PLAIN_NAME = "plain_name"
    """« Nom » alone: of birth or used, the file does not say."""
    PLAIN_FIRST_NAME = "plain_first_name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    BIRTH_PLACE = "birth_place"


_CASES: Final = re.compile(
    r"(?<=[a-zà-ÿ])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])"
)
_BIRTH: Final = r"(?:de )?(?:naissance|naiss?|nais)\b"
_NOT_THE_PATIENTS: Final = re.compile(
    r"\b(?:mere|pere|parents?|assuree?|conjointe?|epoux|representant|tut(?:eur|rice)|prescripteur|medecin|pharmacien|praticien|contact|auteur"
    r"|destinataire|expediteur|operateur|utilisateur|anciens?|anciennes?|precedente?s?|mother|father|insured|prescriber|doctor|author"
    r"|user|previous|former|old|enfants?|beneficiaire|ouvrant|guardian|practitioner|related|modifie?e?|modification|creation|maj)\b|histo"
)
_ABOUT_THE_INS: Final = re.compile(
    r"\b(?:date|heure|type|source|mode|retour|reponse|etat|origine|verif\w*|appel|qualif\w*|libelle|present|bool\w*|has|is|count|nb|local|interne"
    r"|dossier|employe|agent|domaine|system|systeme|autorite|authority|namespace)\b"
)
_NAMES_OF_NUMBERS: Final = frozenset(
    {"number", "numero", "value", "valeur", "extension", "identifiant", "identifier", "id", "nir", "nia", "num", "n", "text"}
)  # fmt: skip
_INS: Final = re.compile(r"\bins(?:actif)?\b|\boidins\b")
_MATRICULE: Final = re.compile(r"\bmatricule|\bins(?:actif)?\b|identifiant national de sante")
_KEY: Final = re.compile(r"\b(?:cle|key)\b")
_BILLING: Final = re.compile(r"\b(?:nss|nir|ss|secu|securite sociale|immatriculation|amo)\b")
_ELSEWHERE: Final = re.compile(
    r"\b(?:adresse|address|residence|domicile|coordonnees|pharmacie|officine|etablissement|telecom|organization|structure)\b"
)
"""What has codes of communes of its own."""
_OID: Final = re.compile(r"\boid|\broot\b")
_PLACE: Final = re.compile(
    rf"\b(?:insee|cog)\b|code (?:du )?(?:lieu|commune) ?{_BIRTH}|code lieu\b|birth ?place|lieu ?{_BIRTH}|place of birth"
)
_NO_CODE: Final = re.compile(
    r"\b(?:postal|libelle|nom|pays|ville|label|adresse|address|residence|domicile|city|country|name|texte)\b"
)
_USED: Final = re.compile(r"\b(?:utilisee?s?|usage|usuel|marital|used|usual|epouse|ut|preferred|married)\b")
_FIRST: Final = re.compile(r"\b(?:prenom|first|given|pr\b)")
_PATTERNS: Final = (
    (Tells.BIRTH_DATE, re.compile(rf"\bdate ?{_BIRTH}|\bddn\b|\bdob\b|date of birth|birth ?da(?:te|y)|\bnee? le\b|\bnee? e le\b|\bbday\b|\bd {_BIRTH}")),
    (Tells.SEX, re.compile(r"\b(?:sexe?|gender|genre)\b")),
    (Tells.FURTHER, re.compile(r"\bprenom [2-9]\b|\b(?:deuxieme|troisieme|quatrieme|[2-9] e(?:me)?) prenom\b|\b(?:second|third) (?:first|given) name")),
    (Tells.FIRST_NAMES, re.compile(r"\bprenoms\b|\bprenom s\b|\bliste (?:des )?prenom|\b(?:first|given) names\b|\bpr nais")),
    (Tells.FIRST_NAME, re.compile(rf"\b(?:premier|1 er|1 ?)\s?prenom|\bprenom (?:1|un)\b|\bpr 1\b|\bprenom ?{_BIRTH}|\bbirth (?:first|given) ?name|\bfirst (?:given|birth) name|\bgiven name 1")),
    (Tells.BIRTH_NAME, re.compile(rf"\bnom ?(?:de )?(?:famille )?{_BIRTH}|\bnom (?:de )?famille\b|\bnom patronymique|\bnom (?:de )?jeune fille|\bbirth ?(?:last |family )?name|\bn {_BIRTH}|\bmaiden name")),
    (Tells.PLAIN_NAME, re.compile(r"^(?:nom|name|last ?name|surname|family ?name|nom (?:du )?patient|patient nom|famille|family)$")),
)  # fmt: skip
_PLAIN_FIRST: Final = re.compile(
    r"^(?:prenom|first ?name|given ?name|given|forename|prenom (?:du )?patient|patient prenom)$"
)
_LONGEST: Final = 80
"""Characters of a name of a column; a sentence is none."""


def words(label: str) -> str:
    """Return the words of a name in lower case, without accents: ``dateNaissance``, ``DATE_NAISSANCE`` and « Date naissance » are one."""
    parted = _CASES.sub(" ", label[: _LONGEST + 1])
    plain = "".join(
        one for one in unicodedata.normalize("NFD", parted).lower() if not unicodedata.combining(one)
    )
    return " ".join("".join(one if one.isalnum() else " " for one in plain).split())


def is_somebody_elses(told: str) -> bool:
    """Tell whether words name somebody else than the patient, or the past."""
    # On a Vitale card the beneficiaries are the patients: so the library that reads it calls them.
    return _NOT_THE_PATIENTS.search(told.removeprefix("t asn beneficiaire")) is not None


@lru_cache(maxsize=4096)
def tells(label: str, within: str = "") -> Tells | None:
    """Tell what stands under a name, or nothing.

    Args:
        label: as written.
        within: the words of what it stands in: the object that holds a key, the element that holds an attribute.
    """
    told = words(label)
    if not told or len(told) > _LONGEST or is_somebody_elses(told):
        return None
    if (status := _status(told)) is not None:
        return status
    path = f"{within} {told}".replace("/", " ")
    near = f"{within.rpartition('/')[2]} {told}"
    if _OID.search(told):
        return Tells.OID if "oid" in told or _INS.search(path) else None
    if "nature" in told.split():
        return Tells.NATURE
    if _KEY.search(told) and _MATRICULE.search(path):
        return Tells.KEY
    if not _ABOUT_THE_INS.search(told) and (
        _MATRICULE.search(told) or (_NAMES_OF_NUMBERS.issuperset(told.split()) and _MATRICULE.search(path))
    ):
        return Tells.MATRICULE
    if _BILLING.search(told):
        return Tells.BILLING
    return None if _ELSEWHERE.search(path) else _trait(told, near)


def _status(told: str) -> Tells | None:
    shown = set(told.split())
    if {"statut", "status"} & shown and shown <= {
        "statut", "status", "identite", "identity", "ins", "de", "l", "confiance", "patient", "d",
    }:  # fmt: skip
        return Tells.STATUS
    return Tells.STATUS if "confiance" in shown else None


def _trait(told: str, near: str) -> Tells | None:
    if _USED.search(near) and not re.search(_BIRTH, told):
        is_name = _FIRST.search(told) or re.search(r"\b(?:nom|name|n)\b", told)
        return (
            (Tells.USED_FIRST_NAME if _FIRST.search(told) else Tells.USED_NAME)
            if is_name or told == "value"
            else None
        )
    if _PLACE.search(told):
        return None if _NO_CODE.search(told) else Tells.BIRTH_PLACE
    for kind, pattern in _PATTERNS:
        if pattern.search(told):
            return kind
    return Tells.PLAIN_FIRST_NAME if _PLAIN_FIRST.search(told) else _in_birth(told, near)


def _in_birth(told: str, near: str) -> Tells | None:
    """Return what a short name tells in an object about the birth: ``naissance.date``, ``birth.place``."""
    if near == told or not re.search(rf"{_BIRTH}|\bbirth\b", near):
        return None
    return {"date": Tells.BIRTH_DATE, "code": Tells.BIRTH_PLACE, "insee": Tells.BIRTH_PLACE, "nom": Tells.BIRTH_NAME}.get(told)  # fmt: skip
