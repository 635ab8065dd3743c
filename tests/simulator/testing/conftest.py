"""A software under test of three lines: it looks people up over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.registry.person import Person
    from simulator.testing import Insi

    LookUp = Callable[..., httpx.Response]


@pytest.fixture
def look_up(soap_request: Callable[..., bytes]) -> LookUp:
    """Search a person, or the traits given, at the address of ``insi``."""

    def call(
        insi: Insi, person: Person | None = None, *, url: str | None = None, **traits: object
    ) -> httpx.Response:
        if person is not None:
            own = person.identity.traits
            traits = {
                "birth_name": own.birth_name,
                "first_names": own.first_names.split(" ")[0],
                "sex": own.sex,
                "birth_date": own.birth_date,
                **traits,
            }
        return httpx.post(
            url or insi.soap_url,
            content=soap_request(**traits),
            headers={"Content-Type": "application/soap+xml; charset=utf-8"},
            trust_env=False,
            timeout=10,
        )

    return call
