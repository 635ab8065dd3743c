"""WS_INS4 and WS_INS5, bulk verification: deposit a lot of identities, collect the results later.

Inferred as a whole (insi-contract §2.5, §10.2). Each line is judged as a unit verification is; a line that the unit
verification would refuse carries the code of that fault, and the rest of the lot goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError, fault_catalogue
from simulator.contract.lots import CollectionAnswer, DepositAnswer, LineResult
from simulator.contract.messages import LotCollection, LotDeposit
from simulator.contract.verification import NOT_VERIFIED, VERIFICATION_LABELS, VERIFIED
from simulator.journal.exchange import Decision
from simulator.lots.progress import LotState
from simulator.lots.store import TooManyLotsError, milliseconds
from simulator.registry.verification import verify
from simulator.teleservice.operations.operation import ServedOperation
from simulator.teleservice.operations.outcome import Outcome
from simulator.teleservice.operations.verification import check_claim

if TYPE_CHECKING:
    from simulator.contract.messages import LotLine, VerificationQuery
    from simulator.lots.progress import Lot
    from simulator.lots.store import Line
    from simulator.teleservice.operations.outcome import Context

_MAX_PAGE_DIGITS: Final = 9


def _keep(lines: list[tuple[str, VerificationQuery]], context: Context) -> Outcome:
    """Keep the lines of a lot and tell how it is named (WS_INS4).

    Raises:
        FaultError: the session has too many unfinished lots.
    """
    try:
        lot = context.lots.deposit(context.session.id, lines, context.now)
    except TooManyLotsError as error:
        raise FaultError("insi_922", str(error)) from error
    state = lot.state(milliseconds(context.now))
    return Outcome(
        decision=_decision(
            f"Lot {lot.id} : {lot.lines} ligne(s) déposée(s), état {state}",
            f"Lot {lot.id}: {lot.lines} line(s) deposited, state {state}",
        ),
        answer=DepositAnswer(lot_id=lot.id, state=state, lines=lot.lines),
    )


def _collect(query: LotCollection, context: Context) -> Outcome:
    """Find the lot and answer one page of it (WS_INS5).

    Raises:
        FaultError: there is no such lot in the session, it has expired, or it has no such page.
    """
    now = milliseconds(context.now)
    lot = _find(query.lot_id, context, now)
    page = _check_page(query.page, lot)
    available, state = lot.available(now), lot.state(now)
    first = (page - 1) * lot.page_lines + 1
    lines = _verified(lot, first, min(page * lot.page_lines, available), context)
    return Outcome(
        decision=_decision(
            f"Lot {lot.id} : état {state}, {available} ligne(s) traitée(s) sur {lot.lines} ; "
            f"page {page} sur {lot.pages}, {len(lines)} résultat(s)",
            f"Lot {lot.id}: state {state}, {available} line(s) done of {lot.lines}; "
            f"page {page} of {lot.pages}, {len(lines)} result(s)",
        ),
        answer=CollectionAnswer(
            lot_id=lot.id,
            state=state,
            lines=lot.lines,
            available=available,
            page=page,
            pages=lot.pages,
            results=tuple(_result(line) for line in lines),
        ),
    )


def _check_lines(lines: tuple[LotLine, ...], most: int) -> list[tuple[str, VerificationQuery]]:
    if not lines:
        raise FaultError("insi_920", "expected at least one Ligne, got none")
    if len(lines) > most:
        raise FaultError("insi_921", f"expected at most {most} Ligne, got {len(lines)}")
    checked: dict[str, VerificationQuery] = {}
    for number, line in enumerate(lines, start=1):
        if not line.line_id:
            raise FaultError("insi_923", f"line {number}: expected IdLigne with a value, got none")
        if line.line_id in checked:
            raise FaultError(
                "insi_923", f"line {number}: expected an IdLigne of its own, got {line.line_id[:80]!r} again"
            )
        checked[line.line_id] = line.query
    return list(checked.items())


def _find(lot_id: str | None, context: Context, now: int) -> Lot:
    if not lot_id:
        raise FaultError("insi_924", "expected IdLot with a value, got none")
    lot = context.lots.get(context.session.id, lot_id)
    if lot is None:
        raise FaultError("insi_924", f"expected a lot of this session, got {lot_id[:80]!r}")
    if lot.state(now) is LotState.EXPIRED:
        days = f"{context.lots.settings.kept_days:g}"
        raise FaultError("insi_924", f"lot {lot.id} was finished more than {days} days ago")
    return lot


def _check_page(text: str | None, lot: Lot) -> int:
    page = "1" if text is None else text.strip()
    known = page.isascii() and page.isdecimal() and len(page) <= _MAX_PAGE_DIGITS
    if not known or not 1 <= int(page) <= lot.pages:
        raise FaultError("insi_925", f"expected Page from 1 to {lot.pages}, got {page[:80]!r}")
    return int(page)


def _verified(lot: Lot, first: int, last: int, context: Context) -> list[Line]:
    """Return these lines with their results, verifying those that have none yet."""
    lines = context.lots.lines(lot.id, first, last)
    results = [(line.number, *_judge(line.query, context)) for line in lines if line.code is None]
    if not results:
        return lines
    context.lots.record(lot.id, results)
    # Read again: another worker may have been first, and a result once given stays.
    return context.lots.lines(lot.id, first, last)


def _judge(query: VerificationQuery, context: Context) -> tuple[str, str]:
    """Return the code of a line and why."""
    try:
        claim = check_claim(query)
    except FaultError as error:
        return error.fault.code, error.cause
    settings = context.session.settings
    candidates = verify(claim, context.registry, context.session.scope, settings.matching)
    if not candidates:
        return NOT_VERIFIED, "nobody has this matricule"
    best = candidates[0]
    if best.matches:
        return VERIFIED, best.person.key
    return NOT_VERIFIED, f"differs from {best.person.key} by {', '.join(best.excluded_by)}"


def _result(line: Line) -> LineResult:
    assert line.code is not None  # noqa: S101 - only verified lines come here
    label = VERIFICATION_LABELS.get(line.code) or fault_catalogue()[line.code].label
    return LineResult(line.line_id, line.code, label)


def _decision(fr: str, en: str) -> Decision:
    return Decision(source="lot", remarks=((fr, en),), evidence=EvidenceLevel.INFERRED)


DEPOSIT: Final = ServedOperation(
    query=LotDeposit,
    check=lambda query, _call, context: _check_lines(query.lines, context.lots.settings.max_lines),
    search=_keep,
    about_a_person=False,
    evidence=EvidenceLevel.INFERRED,
)
"""WS_INS4: keep a lot and answer its identifier."""
COLLECT: Final = ServedOperation(
    query=LotCollection,
    check=lambda query, _call, _context: query,
    search=_collect,
    about_a_person=False,
    evidence=EvidenceLevel.INFERRED,
)
"""WS_INS5: answer one page of what is known of a lot."""
