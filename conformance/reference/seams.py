"""Where a mistake can be put into the reference LGO without touching what vendors read: the seams.

A seam is a point that values pass on their way: from the keyboard to the database, from the database to the
screen, from the file to the wire, from the answer to the proposal, and so on. The correct LGO has nothing on its
seams and everything passes unchanged. A defect of the catalogue (``defects/``) puts a ``Fault`` on one or more.

Whatever passes is a list of records, plain mappings of names to values. What a fault may look at besides, such as
the status of the file or how many requests came before, is given along with it, by name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Record = dict[str, Any]
"""What passes a seam: values by name."""


class Seam(StrEnum):
    """The points that values pass."""

    TYPED = "typed"
    """What the user types or chooses, before any check; one record for each act (``verb``)."""
    CHECKED = "checked"
    """The same as the checks see it: a change here fools the checks and is not stored."""
    COMPLETED = "completed"
    """A typed birth date (``typed``) once completed (``birth_date``), and whether it is marked as made up (``uncertain``)."""
    SETTINGS = "settings"
    """The settings of the site as an act sees them (``use``)."""
    FORBIDDEN = "forbidden"
    """Why an act is refused for want of a right: ``verb``, ``rights``. Without record it is done."""
    HIDDEN = "hidden"
    """What is taken out of an answer (``fields``) for a user who may not see the INS. Without record nothing is."""
    FORM = "form"
    """The fields of a screen (``form``), before they are shown."""
    REFUSED = "refused"
    """A refusal about to be shown: ``code``, ``message``, ``fields``. Without record the act goes on."""
    KEPT = "kept"
    """What is about to be written into the file."""
    STATUS = "status"
    """The status that an act gives (``status``), with its ``cause`` and the status ``before``."""
    CLEARED = "cleared"
    """The whole file as it will be after a change of status, with the file ``before``."""
    HISTORY = "history"
    """An entry of the status history before it is written."""
    LOG = "log"
    """An entry of the audit log before it is written."""
    AFTERWARDS = "afterwards"
    """The whole file once an act is over (``event``): what else a software changes."""
    SHOWN = "shown"
    """A file as the user sees it."""
    READ = "read"
    """The entries of a log as the user reads them (``verb``)."""
    SOUGHT = "sought"
    """A file as the local search sees it."""
    SEARCH_KEY = "search-key"
    """What counts (``key``) of a ``text`` in the local search, ``typed`` or ``stored``."""
    FOUND = "found"
    """The files that a local search has found, before they are shown."""
    FORMER = "former"
    """The former INS that an acceptance writes, one record each."""
    CARD_READ = "card-read"
    """What is kept of a card when it is read: ``card`` and ``read_at``."""
    CARD_PRESENT = "card-present"
    """What is known of the card in the reader when a call is made: ``card`` and ``now``."""
    BLOCKED = "blocked"
    """Why an INSi call is not made: ``code``, ``message``. Without record it is made."""
    ATTEMPTS = "attempts"
    """The requests planned for one INSi call, in order."""
    ADDED = "added"
    """The ``birth_place`` that is added at last where INSi has found several."""
    SENT = "sent"
    """The criteria of one request before it leaves."""
    CARD_SENT = "card-sent"
    """The same for a search by card: the place asked for, and the card and time of its assertion."""
    PROFESSIONAL = "professional"
    """What the assertion of the professional says, one record; by which ``means`` they signed in. Without record: none."""
    LEAVING = "leaving"
    """The bytes of a search (``content``, ``content_type``) before they leave, by traits or by card (``way``)."""
    RAW = "raw"
    """The bytes of an answer (``content``)."""
    REPLY = "reply"
    """What one request brought: ``kind``, ``code``, ``message``."""
    RETURNED = "returned"
    """The identity that an answer holds."""
    RETURNED_LOG = "returned-log"
    """What the log keeps of the identity that an answer holds."""
    JUDGED = "judged"
    """What the user is told of a call: ``outcome``, ``code``, ``message``, ``alerts``, ``candidates``."""
    PROPOSED = "proposed"
    """The lines of the comparison."""
    IMPORTED = "imported"
    """The values that an acceptance writes."""
    ARRIVED = "arrived"
    """What was read of a message (``form``): ``values``, ``document``, ``document_id``, ``act``, ``status``, ``problem``."""
    NUMBER = "number"
    """What is wrong with a number that came ``by`` reception or scan; without record it is taken."""
    RECEIVED = "received"
    """An identity from another domain, before anything is done with it."""
    MATCHED = "matched"
    """The files that a received identity is taken for (``stands``: how); the whole files beside it (``everyone``)."""
    CLAIMED = "claimed"
    """The identities about to be verified, ``by`` hand, by ``reception`` or in a ``lot``; without record no request leaves."""
    VERIFIED = "verified"
    """What a verification brought: ``result``, ``code``, ``message``."""
    RECEIVED_PLAN = "received-plan"
    """What a reception does: ``act``, ``status``, ``with_ins``, ``files_document``, ``queues``."""
    QUEUED = "queued"
    """An entry of the worklist before it is written."""
    FOLLOWED = "followed"
    """What a message of the own domain makes of a file (``told``, ``pid_32``, ``before``); without ``patient_id`` a new one."""
    FILED = "filed"
    """A document before it is put into a file."""
    TOLD = "told"
    """What the user is told of a verification or a reception: ``outcome``, ``code``, ``message``, ``alerts``."""
    SENDERS = "senders"
    """The senders with a trust contract, one record for each (``sender``), as a reception sees them."""
    LINES = "lines"
    """The results of a lot, one record for each line, before they are applied."""
    DAY = "day"
    """The clock of the software is set (``days`` ahead of the real time): what a job does at night with the ``store``."""
    COUNTED = "counted"
    """The counters of the dashboard."""
    NETWORK = "network"
    """A step (``where``) of a real exchange with the DMP or a mail server: ``td0.2`` (``asks``), ``differs`` (``alert``,
    ``event``, ``stops``), ``said`` and
    ``sent`` (``message``), ``submitting`` (``times``), ``answered`` (``errors``), ``envelope`` (``recipient``,
    ``copy``), ``automatic`` (``feeds``)."""
    OUTGOING = "outgoing"
    """What of a file goes into one place (``where``) of a document (``document``); see ``papers``."""
    WRITTEN = "written"
    """The parts of a document before they are put together: lines, blocks, elements or fields (``where``)."""
    PRODUCED = "produced"
    """A document handed out: ``name``, ``format``."""
    SENDING = "sending"
    """What becomes of something to send: ``outcome``, ``message``, ``recipient``, before it is made."""
    TRANSMITTED = "transmitted"
    """An entry of the trace of partners before it is written."""
    PROPAGATED = "propagated"
    """The messages about to leave for connected software (``event``), with the file ``before`` and ``after``."""
    FETCHED = "fetched"
    """The mails of the box that were not read yet, the oldest first: ``place`` (from 0) and ``content``."""
    SCANNED = "scanned"
    """What was read of a barcode scanned in, before a file is made of it."""


class Fault(Protocol):
    """Something put on a seam."""

    @property
    def seam(self) -> Seam:
        """Return the seam that it sits on."""
        ...

    def apply(self, records: list[Record], about: Mapping[str, Any], memory: Memory) -> list[Record]:
        """Return what comes out when these records go in."""
        ...


@dataclass(slots=True)
class Memory:
    """What one fault remembers until the software is reset."""

    met: int = 0
    """How often its condition was met."""
    first: dict[str, Record] = field(default_factory=dict)
    """The first record that passed, by identifier of the file."""
    last: dict[str, Record] = field(default_factory=dict)
    """The last one."""
    own: dict[str, Any] = field(default_factory=dict)
    """Whatever a fault written by hand keeps."""
    shared: dict[str, Any] = field(default_factory=dict)
    """The same, common to all the faults placed together."""


class Seams:
    """The seams of one LGO and the faults on them.

    Args:
        faults: none for the correct software.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Put the faults on their seams."""
        self._faults: dict[Seam, list[tuple[Fault, Memory]]] = {}
        self.place(faults)

    def place(self, faults: Iterable[Fault]) -> None:
        """Put these faults on their seams, in place of those that are there."""
        self._faults = {}
        shared: dict[str, Any] = {}
        for fault in faults:
            self._faults.setdefault(fault.seam, []).append((fault, Memory(shared=shared)))

    def forget(self) -> None:
        """Empty what the faults remember: the software is reset."""
        shared: dict[str, Any] = {}
        self._faults = {
            seam: [(fault, Memory(shared=shared)) for fault, _ in placed]
            for seam, placed in self._faults.items()
        }

    def has(self, seam: Seam) -> bool:
        """Tell whether anything sits on a seam."""
        return seam in self._faults

    def many(self, seam: Seam, records: Sequence[Record], **about: Any) -> list[Record]:
        """Return what comes out of a seam: fewer, more or other records only with a fault on it."""
        passing = list(records)
        for fault, memory in self._faults.get(seam, ()):
            passing = fault.apply(passing, about, memory)
        return passing

    def one(self, seam: Seam, record: Record, **about: Any) -> Record:
        """Return what comes out of a seam that one record passes, which cannot be lost there."""
        return (self.many(seam, [record], **about) or [record])[0]
