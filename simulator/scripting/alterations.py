"""Named alterations of an identity: what ``alter`` may say by name, as texts to write.

Placeholders stand for the person's own values, see ``simulator.scripting.answers``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Alteration:
    """What is written instead of the person's own, and why somebody would want it."""

    fields: Mapping[str, str | None]
    fr: str
    en: str


ALTERATIONS: Final[Mapping[str, Alteration]] = {
    "lunar-day": Alteration(
        {"birth_date": "{year}-{month}-00"}, "jour de naissance inconnu", "birth day unknown"
    ),
    "lunar-month": Alteration(
        {"birth_date": "{year}-00-{day}"}, "mois de naissance inconnu", "birth month unknown"
    ),
    "lunar-date": Alteration(
        {"birth_date": "{year}-00-00"}, "jour et mois de naissance inconnus", "birth day and month unknown"
    ),
    "empty-birth-name": Alteration({"birth_name": ""}, "nom de naissance vide", "empty birth name"),
    "empty-first-names": Alteration({"first_names": ""}, "ListePrenom vide", "empty ListePrenom"),
    "no-first-names": Alteration({"first_names": None}, "ListePrenom absente", "no ListePrenom"),
    "empty-sex": Alteration({"sex": ""}, "sexe vide", "empty sex"),
    "no-birth-place": Alteration({"birth_place": None}, "lieu de naissance absent", "no birth place"),
    "wrong-key": Alteration({"key": "{wrong_key}"}, "clé du matricule fausse", "wrong key of the matricule"),
    "no-key": Alteration({"key": None}, "clé du matricule absente", "no key of the matricule"),
    "unknown-oid": Alteration(
        {"oid": "1.2.250.1.213.1.4.99"}, "OID qui n'est pas celui d'une INS", "OID that is not one of an INS"
    ),
    "nia": Alteration(
        {"oid": "1.2.250.1.213.1.4.9"}, "OID d'un NIA (numéro d'attente)", "OID of a NIA (waiting number)"
    ),
    "other-first-names": Alteration(
        {"first_names": "PRENOMBANC {first_names}"},
        "liste qui ne commence pas par le prénom demandé",
        "list that does not start with the first name asked",
    ),
    "prenom-differs": Alteration(
        {"first_name": "PRENOMBANC"},
        "élément Prenom différent de ListePrenom",
        "element Prenom other than ListePrenom",
    ),
    "other-birth-name": Alteration(
        {"birth_name": "AUTRE {birth_name}"},
        "autre nom de naissance que celui demandé",
        "another birth name than the one asked",
    ),
    "other-sex": Alteration({"sex": "{other_sex}"}, "autre sexe que celui demandé", "another sex than asked"),
    "other-traits": Alteration(
        {
            "birth_name": "AUTRE {birth_name}",
            "first_names": "PRENOMBANC",
            "birth_date": "1901-01-31",
            "birth_place": "99999",
        },
        "autres traits que ceux demandés",
        "other traits than those asked",
    ),
}
"""By name. Whether the real service ever answers so is told by the scenario that uses one."""
