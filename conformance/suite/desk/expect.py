"""How a check says what it expects: each expectation carries its sentence in French and in English.

A plain ``assert`` works too, but its reason comes out in the language of whoever wrote it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from conformance.drivers.protocol import RefusedError, VerbNotSupportedError
from conformance.suite.desk.apart import missed_by
from conformance.suite.desk.case_names import in_english
from conformance.suite.desk.words import shown
from conformance.verdicts import Departure, UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from conformance.record.timeline import Timeline
    from conformance.suite.desk.apart import Apart
    from conformance.verdicts import Ending


class Noting(Protocol):
    """Where a path that was not taken is noted: a ``Desk``, which stands on this module."""

    @property
    def timeline(self) -> Timeline:
        """What the check saw, in order."""
        ...


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
        wanted, found = shown(expected), shown(got)
        raise Departure(
            f"{fr}\u00a0: attendu {wanted.fr}, obtenu {found.fr}",
            f"{en}: expected {wanted.en}, got {found.en}",
            inferred=inferred,
        )


def expect_each(
    cases: Mapping[str, Callable[[], object]], *, desk: Noting | None = None, paths: Collection[Apart] = ()
) -> None:
    """Look at every case, by its name, and raise one ``Departure`` that names all those that depart.

    One case that could not be decided says nothing when another departs; when none does, it is raised.

    Args:
        cases: what looks at each, by name.
        desk: where a case is noted that is one of ``paths`` and that the software does not have; unless none has a path.
        paths: the paths apart among the cases.
    """
    departures: dict[str, Departure] = {}
    undecided: list[Ending] = []
    for name, judge in cases.items():
        try:
            judge()
        except Departure as departure:
            departures[name] = departure
        except RefusedError as refusal:
            departures[name] = refused_to_allow(refusal)
        except (UndecidedError, VerbNotSupportedError) as error:
            undecided.append(error)
    if departures:
        raise gathered(departures, len(cases))
    missed = [missed_by(ending, paths) for ending in undecided]
    for ending, path in zip(undecided, missed, strict=True):
        if path is None or desk is None or len(undecided) == len(cases):
            raise ending
    if desk is not None:
        for path in filter(None, missed):
            desk.timeline.miss(path)


def gathered(departures: Mapping[str, Departure], among: int) -> Departure:
    """Return one departure for those of several cases: the first in full, the others by name."""
    (name, first), *others = departures.items()
    named = ", ".join(key for key, _ in others) if len(departures) < among else ""
    named_en = ", ".join(in_english(key) for key, _ in others) if named else ""
    more_fr = f" ; de même ou autrement : {named}" if named else ""
    more_en = f"; likewise or otherwise: {named_en}" if named else ""
    count = f" ({len(departures)}/{among})" if among > 1 else ""
    return Departure(
        f"[{name}] {first.text.fr}{more_fr}{count}",
        f"[{in_english(name)}] {first.text.en}{more_en}{count}",
        inferred=all(departure.inferred for departure in departures.values()),
    )


def refused_to_allow(refusal: RefusedError) -> Departure:
    """Return the departure that a refusal is, where the act has to be possible."""
    return Departure(
        f"le logiciel a refusé un acte qu'il doit permettre : {refusal.message} ({refusal.code})",
        f"the software refused an act that it has to allow: {refusal.message} ({refusal.code})",
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
