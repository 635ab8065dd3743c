"""The production configuration of the software under test."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.suite.site.settings import restored, setting
from conformance.verdicts import UndecidedError, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.suite.desk.steps import Desk


@contextmanager
def in_production(desk: Desk) -> Iterator[None]:
    """Put the software in production configuration, and back."""
    if setting(desk, site.ENVIRONMENT) is None:
        raise UndecidedError(
            f"le logiciel ne se règle pas par le pilote sur une configuration de production (paramètre {site.ENVIRONMENT})",
            f"the driver cannot put the software in production configuration (setting {site.ENVIRONMENT})",
            verdict=Verdict.NOT_TESTED,
        )
    with restored(desk, site.ENVIRONMENT):
        try:
            desk.lgo.write_settings({site.ENVIRONMENT: site.PRODUCTION})
        except RefusedError as refusal:
            raise UndecidedError(
                f"le logiciel refuse la configuration de production : {refusal.message}",
                f"the software refuses the production configuration: {refusal.message}",
                verdict=Verdict.NOT_TESTED,
            ) from refusal
        yield
