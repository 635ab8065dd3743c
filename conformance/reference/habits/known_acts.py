"""Habits about the order of work, answers, delivery, lateness and rights, as the catalogue lists them."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from conformance.drivers import site
from conformance.drivers.model import Verb
from conformance.reference.habits import acts, careful, manners, order, shapes, strategies
from conformance.reference.habits.known import Known, just

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.habits.front import Asked, Habit, Inner, Said

FIRST_VERBS: Final = 16
"""How many verbs, in the order of ``model.Verb``, a software has that keeps to files, INSi by traits, and their traces."""

_LATE_S: Final = 0.4
_BREAKER: Final = strategies.CircuitBreaker()
_PARTNERS: Final = ("transmissions", "worklist", "documents")


def _moments_apart() -> Habit:
    in_log, in_history = (shapes.moments(shapes.MOMENTS[name]) for name in ("martinique", "minutes"))

    def habit(asked: Asked, inner: Inner) -> Said:
        return (in_log if asked.path[-1] == "audit-log" else in_history)(asked, inner)

    return habit


ACTS: Mapping[str, Known] = MappingProxyType(
    {
        # At the counter
        "looked-up-before-creation": Known(
            party="counter",
            rules=(
                "SRC-12",
                "CRE-05",
                "SEC-01",
            ),
            why="A local search comes before a creation (SRC-12); whose hand does it is not said.",
            made=just(order.looked_up_before_creation),
        ),
        "lists-show-little": Known(
            party="counter",
            rules=(
                "SRC-01",
                "SRC-02",
                "PRF-01",
            ),
            why="What a list on screen does not show is null (driver API).",
            made=just(manners.lists_show_little),
        ),
        "unknown-files-refused": Known(
            party="counter",
            rules=(
                "SEC-03",
                "RSP-13",
            ),
            why="A screen that finds no file shows an error and writes nothing, which is a refusal.",
            made=just(manners.unknown_files_refused),
        ),
        "verbose-refusals": Known(
            party="counter",
            rules=(
                "CRE-01",
                "STA-12",
                "TRT-01",
            ),
            why="Code, message and fields are the software's own.",
            made=just(manners.verbose_refusals),
        ),
        "refusals-logged": Known(
            party="counter",
            rules=(
                "SEC-05",
                "SEC-01",
                "STA-12",
            ),
            why="More may be logged than is asked for, under an action of one's own.",
            made=order.refusals_logged,
        ),
        "moments-apart": Known(
            party="counter",
            rules=(
                "SEC-02",
                "STA-07",
            ),
            why="Any moment of ISO 8601; no precision nor zone is prescribed.",
            made=_moments_apart,
        ),
        "second-decision-answered": Known(
            party="counter",
            rules=(
                "RSP-01",
                "RSP-02",
            ),
            why="A decision told twice is the same decision.",
            made=order.second_decision_answered,
        ),
        # Around INSi and with partners
        "verified-when-imported": Known(
            party="partners",
            rules=(
                "RSP-02",
                "STA-03",
                "SEC-06",
                "VER-02",
            ),
            why="No text limits verifications; it is logged, and over with the act.",
            still_accused="Altered answers of a search are not those of the verification that follows (RSP-01, RSP-02, RSP-05, VER-01).",
            made=just(order.verified_when_imported),
        ),
        "searched-after-ko": Known(
            party="partners",
            rules=(
                "VER-05",
                "SEC-06",
            ),
            why="A KO asks for another look: nothing is imported without the user (Règle 6).",
            made=just(order.searched_after_ko),
        ),
        "lots-of-two": Known(
            party="partners",
            rules=(
                "VER-11",
                "BLK-03",
                "BLK-04",
            ),
            why="Transport and size of lots are not established (insi-contract §10).",
            made=order.lots_of_two,
        ),
        "same-message-refused": Known(
            party="partners",
            rules=(
                "VER-04",
                "VER-14",
            ),
            why="What a second copy of a message does is in no text.",
            made=order.same_message_refused,
        ),
        "found-asked-twice": Known(
            party="partners",
            rules=(
                "CAL-08",
                "SEC-06",
                "RSP-14",
            ),
            why="No text limits the requests of a search to one; each is logged.",
            search=lambda: strategies.found_asked_twice,
        ),
        # As delivered
        "automatic-validation-as-delivered": Known(
            party="delivered",
            rules=(
                "PRF-01",
                "PRF-04",
                "PRF-05",
                "PRF-08",
                "STA-07",
            ),
            why="Règle 19: automatic validation may exist, and can be switched off (PRF-05).",
            made=partial(manners.delivered_with, **{site.AUTOMATIC_VALIDATION: site.ON}),
        ),
        "all-traits-as-delivered": Known(
            party="delivered",
            rules=(
                "DOC-01",
                "DOC-02",
            ),
            why="Which of the further traits are printed is a setting of the site (DOC-02).",
            made=partial(manners.delivered_with, printed_traits="used_name,used_first_name,birth_place"),
        ),
        "electronic-means-not-listed-as-delivered": Known(
            party="delivered",
            rules=(
                "PRF-01",
                "PRF-02",
                "PRF-07",
            ),
            why="Which documents the list holds is the site's (PRF-02): it can put a means there.",
            made=partial(manners.delivered_with, high_confidence_proofs="CNI,PASSPORT,RESIDENCE_PERMIT"),
        ),
        "same-message-acknowledged": Known(
            party="delivered",
            rules=(
                "VER-04",
                "VER-14",
            ),
            why="The same as a refusal: nothing is done again.",
            made=order.same_message_acknowledged,
        ),
        "lot-collected-at-once": Known(
            party="delivered",
            rules=(
                "VER-11",
                "BLK-03",
                "BLK-04",
            ),
            why="When results are collected is not said.",
            made=just(order.lot_collected_at_once),
        ),
        "failed-asked-for-less": Known(
            party="delivered",
            rules=(
                "ERR-01",
                "ERR-05",
                "SEC-06",
            ),
            why="ERR-05 wants retries bounded; which criteria the retry has is not said.",
            search=lambda: strategies.failed_asked_for_less,
        ),
        # Late
        "log-late": Known(
            party="log late",
            rules=(
                "SEC-02",
                "SEC-06",
            ),
            why="Logs and lists may show an act later (driver API).",
            made=partial(acts.traces_late, _LATE_S, "audit-log"),
        ),
        "history-late": Known(
            party="histories late",
            rules=(
                "STA-07",
                "STA-05",
            ),
            why="The same.",
            made=partial(acts.traces_late, _LATE_S, "history"),
        ),
        "partners-late": Known(
            party="partners late",
            rules=(
                "SEC-08",
                "VER-05",
            ),
            why="The same.",
            made=partial(acts.traces_late, _LATE_S, *_PARTNERS),
        ),
        # Kept to the entitled
        "log-for-super-users": Known(
            party="log reserved",
            rules=(
                "SEC-02",
                "SEC-05",
            ),
            why="A log is no reading for everybody (SEC-13); who reads it is not said.",
            made=partial(manners.for_super_users, ("GET", "audit-log")),
        ),
        "lists-for-super-users": Known(
            party="lists reserved",
            rules=(
                "SEC-08",
                "BLK-05",
                "VER-05",
            ),
            why="Who sees counters, partners and what waits is not said.",
            made=partial(
                manners.for_super_users,
                *(("GET", name) for name in ("dashboard", "transmissions", "worklist")),
            ),
        ),
        "traces-of-files-for-super-users": Known(
            party="lists reserved",
            rules=(
                "STA-07",
                "RSP-15",
                "VER-15",
            ),
            why="Who sees what became of a file, and what was received for it, is not said.",
            made=partial(
                manners.for_super_users,
                *(("GET", "patients", "*", name) for name in ("history", "ins-history", "documents")),
            ),
        ),
        "own-acts-in-the-log": Known(
            party="own log",
            rules=(
                "SEC-01",
                "SEC-02",
                "SEC-06",
            ),
            why="A log is no reading for everybody (SEC-13): what others did is for the entitled.",
            made=just(manners.own_acts_in_the_log),
        ),
        "great-acts-for-super-users": Known(
            party="acts reserved",
            rules=(
                "VER-10",
                "VER-11",
            ),
            why="Who verifies lots, exports the base or signs trust contracts is not said.",
            made=partial(
                manners.for_super_users,
                ("POST", "bulk-verifications"),
                ("GET", "bulk-verifications", "*"),
                ("POST", "exports"),
                ("PUT", "trusted-senders"),
            ),
        ),
        # Careful
        "duplicate-creation-refused": Known(
            party="careful",
            rules=(
                "SRC-01",
                "CRE-05",
            ),
            why="SRC-12 is about doubles; a software may refuse one outright.",
            made=order.duplicate_creation_refused,
        ),
        "decided-first": Known(
            party="careful",
            rules=(
                "RSP-01",
                "STA-05",
                "SEC-06",
            ),
            why="What may be done between an answer and its decision is not said.",
            made=careful.decided_first,
        ),
        "opened-before-changed": Known(
            party="careful",
            rules=(
                "STA-12",
                "STA-14",
                "SEC-05",
            ),
            why="Optimistic locking: a screen that shows what a file was saves nothing; a driver opens before it changes (docs).",
            made=careful.opened_before_changed,
        ),
        "checked-document-kept": Known(
            party="careful",
            rules=(
                "FLD-02",
                "ATT-06",
                "PRF-01",
            ),
            why="Who may replace the document of a checked identity is not said.",
            made=just(careful.checked_document_kept),
        ),
        "circuit-breaker": Known(
            party="careful",
            rules=(
                "ERR-01",
                "ERR-05",
            ),
            why="ERR-05: no storm of retries; the user is told that calls are suspended for a moment.",
            made=lambda: _BREAKER.habit,
            search=lambda: _BREAKER.search,
        ),
        "verbs-of-tomorrow": Known(
            party="tomorrow",
            rules=("CRE-05",),
            why="A driver may be written for a later driver API.",
            made=just(manners.verbs_of_tomorrow),
        ),
        "first-verbs-only": Known(
            party="few verbs",
            rules=(
                "CRE-05",
                "RSP-12",
                "STA-07",
            ),
            why="What a software does not declare is not tested.",
            made=partial(manners.without_verbs, frozenset(list(Verb)[:FIRST_VERBS])),
        ),
    }
)
"""By name."""
