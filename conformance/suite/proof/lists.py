"""The two lists of documents that a site sets: those with a high level of confidence, and the others (PRF-02)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.cases import case_text
from conformance.suite.desk.expect import expect_equal
from conformance.suite.site.settings import parts, restored, setting
from conformance.verdicts import Departure, UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from conformance.suite.desk.steps import Desk


def other_settings(desk: Desk) -> dict[str, str]:
    """Return the settings of the site that are not lists of documents."""
    lists = {site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS}
    return {name: value for name, value in desk.lgo.read_settings().items() if name not in lists}


def lists_restored(desk: Desk) -> AbstractContextManager[None]:
    """Put the two lists back at the end of the block."""
    return restored(desk, site.HIGH_CONFIDENCE_PROOFS, site.LOW_CONFIDENCE_PROOFS)


def lists_of_site(desk: Desk) -> tuple[list[str], list[str]]:
    """Return the kinds with high confidence and the others, which the site can set.

    Raises:
        UndecidedError: the driver has no such setting (NOT_TESTED), as for every setting that is left out.
        Departure: it has, and the list is empty.
    """
    known = desk.lgo.read_settings()
    if site.HIGH_CONFIDENCE_PROOFS not in known:
        raise UndecidedError(
            f"le pilote ne règle pas la liste des pièces (paramètre {site.HIGH_CONFIDENCE_PROOFS}) : à constater à l'écran",
            f"the driver does not set the list of documents (setting {site.HIGH_CONFIDENCE_PROOFS}): to be seen on the screen",
            verdict=Verdict.NOT_TESTED,
        )
    high = parts(known.get(site.HIGH_CONFIDENCE_PROOFS))
    if not high:
        raise Departure(
            f"la liste des pièces à haut niveau de confiance n'est pas un paramètre ({site.HIGH_CONFIDENCE_PROOFS})",
            f"the list of high-confidence documents is no setting ({site.HIGH_CONFIDENCE_PROOFS})",
        )
    return high, parts(known.get(site.LOW_CONFIDENCE_PROOFS))


def writes(desk: Desk, high: list[str], low: list[str], *, is_last: bool) -> bool:
    """Write the lists; tell whether the site may have them so. Those that a text names (PRF-06) may be fixed: another is tried.

    Raises:
        Departure: this is the last to try, and the site may not; or they are not read as written.
    """
    try:
        write(desk, high, low)
    except Departure as departure:
        if is_last or not isinstance(departure.__cause__, RefusedError):
            raise
        return False
    return True


def may_set(desk: Desk, name: str, kinds: Sequence[str]) -> bool:
    """Write one list; tell whether the site may have it so: what a text names may be fixed."""
    try:
        desk.lgo.write_settings({name: ",".join(kinds)})
    except RefusedError:
        return False
    return set(parts(setting(desk, name))) == set(kinds)


def write(desk: Desk, high: list[str], low: list[str]) -> None:
    """Write the lists.

    Raises:
        Departure: the site may not, or they are not read as written.
    """
    wanted = {site.HIGH_CONFIDENCE_PROOFS: high, site.LOW_CONFIDENCE_PROOFS: low}
    try:
        desk.lgo.write_settings({name: ",".join(kinds) for name, kinds in wanted.items()})
    except RefusedError as refusal:
        raise Departure(
            f"la liste des pièces ne se paramètre pas : {refusal.message}",
            f"the list of documents cannot be set: {refusal.message}",
        ) from refusal
    known = desk.lgo.read_settings()
    for name, kinds in wanted.items():
        expect_equal(
            got=frozenset(parts(known.get(name))),
            expected=frozenset(kinds),
            fr=f"paramètre {name} après écriture",
            en=f"setting {case_text(name).en} after it was written",
        )
