"""The ways in which a file comes to a status. A rule about a status holds whichever way was taken."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from conformance.drivers.model import Attribute, Status
from conformance.suite.desk.apart import FROM_INSI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suite.desk.apart import Apart


WITH_INS: Final = frozenset({Status.RECUP, Status.QUAL})
"""The statuses of a file that holds an INS."""
DISQUALIFYING: Final = frozenset({Attribute.DOUTEUSE, Attribute.FICTIVE})
"""The attributes that leave PROV as the only possible status (Règle 25) and block a call to INSi (CAL-11)."""


class Route(StrEnum):
    """How a file came to where it is."""

    TYPED = "typed"
    """Typed in by hand: PROV."""
    IMPORTED = "typed-imported"
    """Typed in, then fed from INSi: RECUP."""
    ARRIVED = "from-insi"
    """Created from an answer of INSi: RECUP."""
    CHECKED = "typed-checked"
    """Typed in, then checked against a document: VALI."""
    IMPORTED_CHECKED = "typed-imported-checked"
    """Typed in, fed from INSi, then checked: QUAL."""
    CHECKED_IMPORTED = "typed-checked-imported"
    """Typed in, checked, then fed from INSi: QUAL."""
    ARRIVED_CHECKED = "from-insi-checked"
    """Created from an answer of INSi, then checked: QUAL."""

    @property
    def status(self) -> Status:
        """Where it leads."""
        return LEADS_TO[self]

    @property
    def is_from_insi(self) -> bool:
        """Whether the file was created from an answer of INSi: what a user typed then is little."""
        return self in (Route.ARRIVED, Route.ARRIVED_CHECKED)

    @property
    def apart(self) -> Apart | None:
        """The path that only a software with a search on INSi has; ``None`` when the way is everybody's."""
        return FROM_INSI if self.is_from_insi else None


class Step(StrEnum):
    """What is done with a file on its way."""

    IMPORT = "import"
    """INSi is called, and the identity found accepted."""
    CHECK = "check"
    """A high-confidence document is recorded, and the identity validated."""


STEPS: Final[Mapping[Route, tuple[Step, ...]]] = {
    Route.TYPED: (),
    Route.IMPORTED: (Step.IMPORT,),
    Route.ARRIVED: (),
    Route.CHECKED: (Step.CHECK,),
    Route.IMPORTED_CHECKED: (Step.IMPORT, Step.CHECK),
    Route.CHECKED_IMPORTED: (Step.CHECK, Step.IMPORT),
    Route.ARRIVED_CHECKED: (Step.CHECK,),
}
"""What is done once the file is there, in this order."""

ALSO_CHECKED_WITH: Final[Mapping[Route, str]] = {
    Route.CHECKED_IMPORTED: "FRANCE_IDENTITE",
    Route.ARRIVED_CHECKED: "PASSPORT",
}
"""The ways on which another document than the first is shown, where the software takes it: a status is the same by any."""

LEADS_TO: Final = {
    Route.TYPED: Status.PROV,
    Route.IMPORTED: Status.RECUP,
    Route.ARRIVED: Status.RECUP,
    Route.CHECKED: Status.VALI,
    Route.IMPORTED_CHECKED: Status.QUAL,
    Route.CHECKED_IMPORTED: Status.QUAL,
    Route.ARRIVED_CHECKED: Status.QUAL,
}

OWNER: Final = {
    Route.TYPED: ("CRE-05",),
    Route.IMPORTED: ("STA-03",),
    Route.ARRIVED: ("STA-03",),
    Route.CHECKED: ("STA-04", "PRF-04"),
    Route.IMPORTED_CHECKED: ("STA-03", "STA-06", "PRF-04"),
    Route.CHECKED_IMPORTED: ("STA-04", "STA-05", "PRF-04"),
    Route.ARRIVED_CHECKED: ("STA-03", "STA-06", "PRF-04"),
}
"""The rules that say that the way leads there: a departure from one of them explains why it did not."""

TYPICAL: Final = {
    Status.PROV: Route.TYPED,
    Status.RECUP: Route.IMPORTED,
    Status.VALI: Route.CHECKED,
    Status.QUAL: Route.IMPORTED_CHECKED,
}
"""The way most files go."""


def routes(*statuses: Status) -> list[Route]:
    """Return every way to these statuses, all statuses when none is named."""
    return [route for route in Route if not statuses or route.status in statuses]
