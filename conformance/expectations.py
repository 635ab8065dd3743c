"""How a check says what it expects: each expectation carries its sentence in French and in English.

A plain ``assert`` works too, but its reason comes out in the language of whoever wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.protocol import RefusedError
from conformance.verdicts import Verdict
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable


class Finding(AssertionError):  # noqa: N818 - what a check found out about the software; not an error of the program
    """The software does not do what the rule says."""

    def __init__(self, fr: str, en: str, *, inferred: bool = False) -> None:
        """Keep the reason in both languages.

        ``inferred`` marks the part of a rule that no text states: the verdict is then WARNING, not FAIL.
        """
        super().__init__(fr)
        self.text = Text(fr, en)
        self.inferred = inferred


class UndecidedError(Exception):
    """The check could not get to what its rule is about: nothing is concluded about that rule."""

    def __init__(self, fr: str, en: str, *, verdict: Verdict = Verdict.INCONCLUSIVE) -> None:
        """Keep the reason in both languages.

        ``verdict`` is ``NOT_TESTED`` when the software does not tell what the check needs to know.
        """
        super().__init__(fr)
        self.text = Text(fr, en)
        self.verdict = verdict


def expect(condition: object, *, fr: str, en: str, inferred: bool = False) -> None:
    """Raise a ``Finding`` unless ``condition`` is true.

    ``fr`` and ``en`` say what is wrong: «le statut est passé à VALI après un import INSi».
    """
    if not condition:
        raise Finding(fr, en, inferred=inferred)


def expect_equal(*, got: object, expected: object, fr: str, en: str, inferred: bool = False) -> None:
    """Raise a ``Finding`` unless ``got == expected``.

    ``fr`` and ``en`` name the thing compared («nom de naissance»); the values are added.
    """
    if got != expected:
        wanted_fr, got_fr = (_shown(value, "«\u00a0{}\u00a0»", "rien") for value in (expected, got))
        wanted_en, got_en = (_shown(value, "“{}”", "nothing") for value in (expected, got))
        raise Finding(
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
    raise Finding(fr, en, inferred=inferred)


def _shown(value: object, quotes: str, nothing: str) -> str:
    """Return a value as a sentence shows it; sets and lists in a stable order of words."""
    if value is None:
        return nothing
    if isinstance(value, (set, frozenset)):
        return quotes.format(", ".join(sorted(map(str, value)))) if value else nothing
    if isinstance(value, (list, tuple)):
        return quotes.format(", ".join(map(str, value))) if value else nothing
    return quotes.format(value)
