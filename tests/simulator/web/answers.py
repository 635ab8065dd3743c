"""What the tests of the control API share: where it is, and what an answer says."""

from __future__ import annotations

from typing import Any

API = "/api/v1"


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.get_data(as_text=True)
    return response.json


def refused(response: Any, status: int) -> str:
    """Return the message of an error answer, which is always JSON."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert list(response.json) == ["error"]
    return str(response.json["error"])
