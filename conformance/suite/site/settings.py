"""Settings of the site: read, changed for a check, put back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def parts(text: str | None) -> list[str]:
    """Return the parts of a setting that is a list."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
