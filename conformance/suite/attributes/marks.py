"""Steps and words that the checks of attributes share."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import ATTRIBUTES, CHECKED, DOUBT_LIFTED, NotOfferedError
from conformance.suite.desk.routes import DISQUALIFYING
from conformance.suite.desk.steps import preparing
from conformance.verdicts import UndecidedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from conformance.drivers.model import Patient
    from conformance.suite.desk.snapshot import Snapshot
    from conformance.suite.desk.steps import Desk

WITH_HOMONYM: Final = frozenset({Attribute.DOUTEUSE, Attribute.HOMONYME})
"""The one pair that may be carried together (ATT-02)."""

ALLOWED: Final = (*(frozenset({attribute}) for attribute in Attribute), WITH_HOMONYM)

DISQUALIFYING_SETS: Final = tuple(kinds for kinds in ALLOWED if kinds.intersection(DISQUALIFYING))


def named(attributes: Collection[Attribute]) -> str:
    """Return a set of attributes as reasons and ids show it."""
    return "+".join(sorted(attributes)) or "aucun"


def set_attributes(
    desk: Desk, patient: Patient, attributes: Collection[Attribute], *, documented: bool = False
) -> Patient:
    """Set attributes and return the file as the act gives it back.

    How a doubt is lifted, by taking the attribute away or another in its place, is in no text: where that is not for every
    user, the entitled one does it, who may be the one who says that an identity is made up (fictive), too; where it has to be lifted before another mark is set, it is; where a document has to be
    seen for that (E11), one is recorded if ``documented``. Nor is what becomes of an attribute that is set twice.

    Raises:
        RefusedError: nobody may set them; the refusal of the ordinary user.
        NotOfferedError: nobody may take one away.
    """
    wanted = frozenset(attributes)
    try:
        return desk.lgo.set_attributes(patient.id, wanted, actor=desk.user)
    except RefusedError as refusal:
        now = desk.read(patient)
        if now.attributes == wanted:
            return now
        doubts = now.attributes.intersection(DISQUALIFYING) - wanted
        if Attribute.HOMONYME in now.attributes ^ wanted:
            # Who says that somebody has a homonym is in no text; a doubt has to be possible for everybody.
            with suppress(RefusedError):
                if doubt := wanted & DISQUALIFYING - now.attributes:
                    desk.lgo.set_attributes(patient.id, now.attributes | doubt, actor=desk.user)
                desk.lgo.set_attributes(patient.id, wanted, actor=desk.super_user)
                return desk.read(patient)  # As whoever is at the desk sees it.
        if Attribute.FICTIVE in wanted - now.attributes:
            # Who calls an identity made up may be who answers for the identities of the site; a doubt is for everybody.
            with suppress(RefusedError):
                desk.lgo.set_attributes(patient.id, wanted, actor=desk.super_user)
                return desk.read(patient)
        if found := _set_by_anybody(desk, patient, wanted, is_lifted=bool(doubts)):
            return found
        if not now.attributes - wanted:
            raise refusal from None
        if documented:
            with desk.if_offered(CHECKED), suppress(UndecidedError):
                desk.record_document(patient)
            if found := _set_by_anybody(desk, patient, wanted, is_lifted=bool(doubts)):
                return found
        raise NotOfferedError(
            DOUBT_LIFTED,
            f"il ne se retire pas ainsi : {refusal.message} ({refusal.code})",
            f"it is not removed so: {refusal.message} ({refusal.code})",
        ) from refusal


def set_by_user(desk: Desk, patient: Patient, attribute: Attribute) -> Patient:
    """Have whoever is at the desk set an attribute, and return the file as the act gives it back.

    Raises:
        RefusedError: they may not.
        NotOfferedError: it is fictive, which only the entitled user may set: it then is.
    """
    try:
        return desk.lgo.set_attributes(patient.id, frozenset({attribute}), actor=desk.user)
    except RefusedError as refusal:
        if attribute is Attribute.FICTIVE:
            with suppress(RefusedError):
                desk.lgo.set_attributes(patient.id, frozenset({attribute}), actor=desk.super_user)
                raise NotOfferedError(
                    ATTRIBUTES,
                    f"refusé à un utilisateur ordinaire : {refusal.message}",
                    f"refused to an ordinary user: {refusal.message}",
                ) from refusal
        raise


def _set_by_anybody(
    desk: Desk, patient: Patient, wanted: frozenset[Attribute], *, is_lifted: bool
) -> Patient | None:
    for user in (desk.user, desk.super_user):
        with suppress(RefusedError):
            if is_lifted and wanted:
                desk.lgo.set_attributes(patient.id, frozenset(), actor=user)
            elif wanted.intersection(DISQUALIFYING):
                break
            return desk.lgo.set_attributes(patient.id, wanted, actor=user)
    return None


def lift(desk: Desk, patient: Patient) -> Patient:
    """Take every attribute away, with a document where that is wanted, and return the file.

    Raises:
        RefusedError: there was none.
        NotOfferedError: nobody may take it away.
    """
    return set_attributes(desk, patient, frozenset(), documented=True)


def is_for_good(obstacle: Exception) -> bool:
    """Tell whether a file cannot live on because nobody may take its attribute away."""
    return isinstance(obstacle, NotOfferedError) and obstacle.path == DOUBT_LIFTED


def mark(
    desk: Desk,
    patient: Patient,
    attributes: Collection[Attribute],
    *,
    at_once: Callable[[], object] | None = None,
) -> Snapshot:
    """Set attributes and return the file, which has to carry them; ``at_once`` is done before it is read again."""
    with preparing(f"poser {named(attributes)}", f"set {named(attributes)}", depends_on=("ATT-01", "ATT-02")):
        set_attributes(desk, patient, attributes)
    if at_once is not None:
        at_once()
    after = desk.snapshot(patient)
    if after.patient.attributes != frozenset(attributes):
        raise UndecidedError(
            f"préparation impossible : posé {named(attributes)}, relu {named(after.patient.attributes)}",
            f"could not be prepared: set {named(attributes)}, read {named(after.patient.attributes)}",
            depends_on=("ATT-01", "ATT-02"),
        )
    return after
