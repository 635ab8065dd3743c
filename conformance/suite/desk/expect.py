"""How a check says what it expects: each expectation carries its sentence in French and in English.

A plain ``assert`` works too, but its reason comes out in the language of whoever wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.protocol import RefusedError
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Callable


def expect(condition: object, *, fr: str, en: str, inferred: bool = False) -> None:
    """Raise a ``Departure`` unless ``condition`` is true.

    ``fr`` and ``en`` say what is wrong: «le statut est passé à VALI après un import INSi».
    """
    if not condition:
        raise Departure(fr, en, inferred=inferred)


def expect_equal(*, got: object, expected: object, fr: str, en: str, inferred: bool = False) -> None:
    """Raise a ``Departure`` unless ``got == expected``.

    ``fr`` and ``en`` name the thing compared («nom de naissance»); the values are added.
    """
    if got != expected:
        wanted_fr, got_fr = (_shown(value, "«\u00a0{}\u00a0»", "rien") for value in (expected, got))
        wanted_en, got_en = (_shown(value, "“{}”", "nothing") for value in (expected, got))
        raise Departure(
            f"{fr}\u00a0: attendu {wanted_fr}, obtenu {got_fr}",
            f"{en}: expected {wanted_en}, got {got_en}",
            inferred=inferred,
        )


def expect_refused(act: Callable[[], object], *, fr: str, en: str, inferred: bool = False) -> RefusedError:
    """Do ``act``, which the software has to refuse, and return the refusal.

    ``fr`` and ``en`` say what is wrong when it accepts: «un patient sans date de naissance a été créé».
    """
    try:
        act()
    except RefusedError as refusal:
        return refusal
    raise Departure(fr, en, inferred=inferred)


def _shown(value: object, quotes: str, nothing: str) -> str:
    """Return a value as a sentence shows it; sets and lists in a stable order of words."""
    if value is None:
        return nothing
    if isinstance(value, (set, frozenset)):
        return quotes.format(", ".join(sorted(map(str, value)))) if value else nothing
    if isinstance(value, (list, tuple)):
        return quotes.format(", ".join(map(str, value))) if value else nothing
    return quotes.format(value)
