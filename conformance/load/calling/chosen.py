"""Which checks of the suite may run beside other users: those that need nothing but people of their own.

None of them empties the software, prepares what INSi answers, or moves the clock of the session: that would touch everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_SUITE: Final = "conformance.suite"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One check of the suite that may run beside other users."""

    rule: str
    where: str
    """Module below the suite, and function."""
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """How the record calls it."""
        told = "".join(f", {value}" for _, value in self.parameters)
        return f"{self.where.rpartition(':')[2]}{told}"

    def function(self) -> Callable[..., None]:
        """Return the check."""
        module, _, name = self.where.partition(":")
        found: Callable[..., None] = getattr(import_module(f"{_SUITE}.{module}"), name)
        return found


def _chosen(rule: str, where: str, **parameters: str) -> Chosen:
    return Chosen(rule, where, tuple(parameters.items()))


_TYPED: Final = {"route": "typed", "user": "user"}
CHECKS: Final = (
    _chosen("CRE-02", "creation.test_cre_02_03_05:test_unknown_birth_place", user="user"),
    _chosen("CRE-03", "creation.test_cre_02_03_05:test_each_optional_field"),
    _chosen("CRE-04", "creation.test_cre_04:test_call_for_a_patient_of_unknown_place", user="user"),
    _chosen("CRE-05", "creation.test_cre_02_03_05:test_new_identity_is_provisional"),
    _chosen("DIS-01", "display.test_dis_01_02:test_four_traits", route="typed"),
    _chosen("CAL-06", "call.test_cal_06:test_at_each_status", route="from-insi", user="user"),
    _chosen("CAL-08", "call.test_cal_08:test_at_each_status", **_TYPED),
    _chosen("CAL-08", "call.test_cal_08:test_homonym", route="typed"),
    _chosen("CAL-09", "call.test_cal_09_13:test_corrected_after_nobody", field="birth_date"),
    _chosen("STA-03", "status.test_sta_03_to_06:test_import_gives_recovered", user="user"),
    _chosen("STA-03", "status.test_sta_03_to_06:test_creation_from_insi_gives_recovered", user="user"),
    _chosen("STA-04", "status.test_sta_03_to_06:test_validation_without_insi", case="simple"),
    _chosen("ATT-01", "attributes.test_att_01_02:test_homonym_stays"),
    _chosen("ATT-06", "attributes.test_att_06:test_homonym_can_be_validated"),
)
"""Each is judged within a second by a software that answers at once, and looks at nobody but its own patients."""
CHECKED: Final = tuple(dict.fromkeys(each.rule for each in CHECKS))
"""The rules that checks of the suite verify beside other users."""
