"""What matching may be more lenient or more exact about: everything here is inferred, and off unless a session asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any


class MatchingOptionsError(ValueError):
    """Not matching options; the message names the option, what was expected and what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingOptions:
    """Departures from the default matching, none of which any source establishes (insi-contract §10.6): inferred.

    The first ones widen who is found, the last three (``_count``, ``whole_``) narrow it: by default hyphen and apostrophe are worth a
    space. Birth name and birth date are always compared.
    """

    other_given_name: bool = False
    """A given name of the list that is not the first one is accepted, followed by those after it or not."""
    any_sex: bool = False
    """The sex is not compared."""
    any_birth_place: bool = False
    """The birth place is not compared even when it is given."""
    former_matricule: bool = False
    """A verification accepts a former matricule, with the key and the OID that went with it."""
    apostrophes_count: bool = False
    """An apostrophe is compared as it is: ``ADRUN'`` does not find ADRUN, nor ``D ARTAGNAN`` D'ARTAGNAN."""
    hyphens_count: bool = False
    """A hyphen is compared as it is: ``ADRUN-`` does not find ADRUN, nor ``PIERRE ALAIN`` PIERRE-ALAIN."""
    whole_compound_names: bool = False
    """A compound given name is one name: ``PIERRE`` does not find PIERRE-ALAIN."""

    @classmethod
    def read(cls, data: Any) -> MatchingOptions:
        """Read options from their JSON form, an object of true and false; what is left out is false.

        Raises:
            MatchingOptionsError: not an object, an unknown option, or a value that is neither true nor false.
        """
        if isinstance(data, cls):
            return data
        known = sorted(field.name for field in fields(cls))
        if not isinstance(data, Mapping):
            raise MatchingOptionsError(f"expected an object with some of {', '.join(known)}, got {data!r}")
        for name, value in data.items():
            if name not in known:
                raise MatchingOptionsError(f"unknown option {name!r}; known are {', '.join(known)}")
            if not isinstance(value, bool):
                raise MatchingOptionsError(f"{name}: expected true or false, got {value!r}")
        read = cls(**data)
        # The default is one value: whoever compares people finds it with ``is``, at each call.
        return EXACT if read == EXACT else read

    @property
    def narrows(self) -> bool:
        """Whether somebody whom the default finds may not be found."""
        return self.apostrophes_count or self.hyphens_count or self.whole_compound_names

    @property
    def remark(self) -> tuple[str, str]:
        """How people are compared, in French and in English, with its evidence level."""
        return EXACT_REMARK if self is EXACT else _remark(self)


EXACT = MatchingOptions()
"""The default: exact on the normalised form."""

EXACT_REMARK = (
    "Comparaison : exacte sur la forme normalisée (rapporté ; normalisation déduite)",
    "Matching: exact on the normalised form (reported; the normalisation is inferred)",
)
"""The remark of the default."""
_TEXTS = {
    "other_given_name": (
        "un prénom qui n'est pas le premier est accepté",
        "a given name that is not the first is accepted",
    ),
    "any_sex": ("le sexe n'est pas comparé", "the sex is not compared"),
    "any_birth_place": ("le lieu de naissance n'est pas comparé", "the birth place is not compared"),
    "former_matricule": (
        "un ancien matricule est accepté à la vérification",
        "a former matricule is accepted by a verification",
    ),
    "apostrophes_count": ("l'apostrophe est comparée telle quelle", "an apostrophe is compared as it is"),
    "hyphens_count": ("le tiret est comparé tel quel", "a hyphen is compared as it is"),
    "whole_compound_names": (
        "un prénom composé est un seul prénom",
        "a compound given name is one name",
    ),
}


@lru_cache(maxsize=64)
def _remark(options: MatchingOptions) -> tuple[str, str]:
    chosen = [name for name, on in asdict(options).items() if on]
    if not chosen:
        return EXACT_REMARK
    fr, en = ("; ".join(_TEXTS[name][lang] for name in chosen) for lang in (0, 1))
    done = ("réglée", "set") if options.narrows else ("assouplie", "made lenient")
    return (
        f"Comparaison {done[0]} par la session (déduit, non établi) : {fr}",
        f"Matching {done[1]} by the session (inferred, not established): {en}",
    )
