"""Settings of the site: read, changed for a check, put back."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from conformance.drivers import site
from conformance.drivers.protocol import RefusedError
from conformance.suite.desk.apart import SETTINGS
from conformance.suite.desk.expect import expect, expect_equal
from conformance.verdicts import Departure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.suite.desk.steps import Desk


def setting(desk: Desk, name: str) -> str | None:
    """Return the value of a setting, ``None`` when the software does not have it."""
    return desk.lgo.read_settings().get(name)


@contextmanager
def restored(desk: Desk, *names: str) -> Iterator[None]:
    """Put these settings back at the end: other checks of the campaign expect them as they were."""
    before = {name: value for name, value in desk.lgo.read_settings().items() if name in names}
    try:
        yield
    finally:
        if before:
            desk.lgo.write_settings(before)


@contextmanager
def little_displayed(desk: Desk) -> Iterator[None]:
    """Have the site display the four traits alone inside the block, where it can choose: its paper is another matter."""
    with ExitStack() as stack:
        with desk.if_offered(SETTINGS), suppress(RefusedError):
            if setting(desk, site.DISPLAYED_FIELDS) is not None:
                stack.enter_context(restored(desk, site.DISPLAYED_FIELDS))
                desk.lgo.write_settings({site.DISPLAYED_FIELDS: ""})
        yield


def expect_others_kept(before: Mapping[str, str], after: Mapping[str, str], *written: str) -> None:
    """Check that writing these settings left the others as they were: screens that save a whole page empty what they do not show."""
    lost = [name for name, value in before.items() if name not in written and after.get(name, value) != value]
    expect(
        not lost,
        fr=f"régler {', '.join(written)} change aussi {', '.join(lost)}",
        en=f"setting {', '.join(written)} also changes {', '.join(lost)}",
        # Which settings hang together is in no text.
        inferred=True,
    )


def parts(text: str | None) -> list[str]:
    """Return the parts of a setting that is a list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def switch(desk: Desk, value: str) -> None:
    """Switch the automatic validation on or off.

    Raises:
        Departure: it cannot be.
    """
    try:
        desk.lgo.write_settings({site.AUTOMATIC_VALIDATION: value})
    except RefusedError as refusal:
        raise Departure(
            f"la validation automatique ne se règle pas ({value}) : {refusal.message}",
            f"automatic validation cannot be set ({value}): {refusal.message}",
        ) from refusal
    expect_equal(
        got=setting(desk, site.AUTOMATIC_VALIDATION),
        expected=value,
        fr=f"paramètre {site.AUTOMATIC_VALIDATION} après écriture",
        en=f"setting {site.AUTOMATIC_VALIDATION} after it was written",
    )
