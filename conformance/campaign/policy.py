"""What a campaign ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.plan import FailOn
from conformance.verdicts import Verdict
from simulator.commands.exits import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_SETUP

if TYPE_CHECKING:
    from collections.abc import Collection

    from conformance.record.results import Campaign


def exit_code(campaign: Campaign, fail_on: Collection[FailOn] = ()) -> int:
    """Return the exit code of a campaign.

    By default a FAIL that no waiver covers gives 1, an INCONCLUSIVE gives 2; WARNING, REVIEW and NOT_TESTED give 0, because
    a software may honestly not offer everything: the headline says how much was tested. ``fail_on`` is stricter. A waiver
    covers a departure, not that the rest of the rule could not be judged.
    """
    verdicts = {
        verdict
        for result in campaign.rules
        for verdict in (result.verdict, *(check.verdict for check in result.also))
        if verdict is Verdict.INCONCLUSIVE or not result.is_waived
    }
    if campaign.meta.interrupted:
        return EXIT_INTERRUPTED
    if Verdict.FAIL in verdicts:
        return EXIT_FAILED
    if FailOn.WARNING in fail_on and Verdict.WARNING in verdicts:
        return EXIT_FAILED
    if FailOn.NOT_TESTED in fail_on and (campaign.untested_obligations or not campaign.tested):
        return EXIT_FAILED
    if Verdict.INCONCLUSIVE in verdicts:
        return EXIT_FAILED if FailOn.INCONCLUSIVE in fail_on else EXIT_SETUP
    return EXIT_OK
