"""One entry of a defect file that stands for several defects: the same mistake made with each of some values.

With ``each: [birth_name, sex]`` the entry is read twice, and in all its texts ``$value`` stands for the value,
``$slug`` for its form in a name, ``$fr`` and ``$en`` for what it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def expanded(name: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the names and entries that one written entry stands for."""
    if "each" not in entry:
        yield name, entry
        return
    for value in entry["each"]:
        french, english = WORDS[value]
        slug = value.lower().replace("_", "-")
        words = {"$value": value, "$slug": slug, "$fr": french, "$en": english}
        yield (
            _filled(name, words),
            {key: _filled(part, words) for key, part in entry.items() if key != "each"},
        )


def _filled(part: Any, words: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        for placeholder, word in words.items():
            part = part.replace(placeholder, word)
        return part
    if isinstance(part, dict):
        return {_filled(key, words): _filled(value, words) for key, value in part.items()}
    return [_filled(one, words) for one in part] if isinstance(part, list) else part


WORDS: Mapping[str, tuple[str, str]] = {
    "matricule": ("matricule INS", "matricule INS"),
    "oid": ("OID", "OID"),
    "birth_name": ("nom de naissance", "birth name"),
    "first_names": ("liste des prénoms", "list of first names"),
    "first_name": ("1er prénom", "1er prénom"),
    "birth_date": ("date de naissance", "birth date"),
    "sex": ("sexe", "sex"),
    "birth_place": ("lieu de naissance", "birth place"),
    "used_name": ("nom utilisé", "used name"),
    "used_first_name": ("prénom utilisé", "used first name"),
    "PROV": ("provisoire", "provisoire"),
    "RECUP": ("récupérée", "récupérée"),
    "VALI": ("validée", "validée"),
    "QUAL": ("qualifiée", "qualifiée"),
    "DOUTEUSE": ("douteuse", "douteuse"),
    "FICTIVE": ("fictive", "fictive"),
    "HOMONYME": ("homonyme", "homonyme"),
    "CNI": ("carte nationale d'identité", "identity card"),
    "PASSPORT": ("passeport", "passport"),
    "RESIDENCE_PERMIT": ("titre de séjour", "residence permit"),
    "FRANCE_IDENTITE": ("France Identité", "France Identité"),
    "IDENTITE_NUMERIQUE_LA_POSTE": ("Identité Numérique La Poste", "Identité Numérique La Poste"),
    "VITALE_CARD": ("carte Vitale", "Vitale card"),
    "DRIVING_LICENCE": ("permis de conduire", "driving licence"),
    "BIRTH_CERTIFICATE": ("acte de naissance", "birth certificate"),
}
"""What the values are called, in French and in English."""
