"""What the ordinary user may not look at is looked at by the entitled one; a refusal to both stays a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.drivers.errors import RefusedError
from conformance.drivers.model import Actor, Role
from conformance.engine.deputies import Deputies

ORDINARY, ENTITLED, OTHER = (
    Actor(user="ordinary"),
    Actor(user="entitled", role=Role.SUPER_USER),
    Actor(user="other"),
)


@dataclass
class Log:
    """A log that only some may read."""

    readers: tuple[Actor, ...]
    asked: list[str] = field(default_factory=list)

    def read(self, patient_id: str | None = None, *, actor: Actor) -> list[Any]:
        self.asked.append(actor.user)
        if actor not in self.readers:
            raise RefusedError("FORBIDDEN", f"not for {actor.user}")
        return [patient_id]


@pytest.fixture
def deputies() -> Deputies:
    return Deputies(ORDINARY, ENTITLED)


def test_who_may_look_looks_alone(deputies: Deputies) -> None:
    log = Log((ORDINARY, ENTITLED))
    assert deputies.do("read_audit_log", log.read, ("128",), {"actor": ORDINARY}) == ["128"]
    assert log.asked == ["ordinary"]


def test_the_entitled_user_looks_for_the_ordinary_one_and_from_then_on_at_once(deputies: Deputies) -> None:
    log = Log((ENTITLED,))
    for _ in range(2):
        assert deputies.do("read_audit_log", log.read, ("128",), {"actor": ORDINARY}) == ["128"]
    assert log.asked == ["ordinary", "entitled", "entitled"]


def test_a_refusal_to_both_is_that_of_the_ordinary_user(deputies: Deputies) -> None:
    with pytest.raises(RefusedError, match="not for ordinary"):
        deputies.do("read_audit_log", Log(()).read, (), {"actor": ORDINARY})


def test_nobody_looks_for_other_users(deputies: Deputies) -> None:
    log = Log((ENTITLED,))
    with pytest.raises(RefusedError):
        deputies.do("read_audit_log", log.read, (), {"actor": OTHER})
    assert log.asked == ["other"]


def test_what_is_reserved_is_asked_as_the_entitled_user_at_once(deputies: Deputies) -> None:
    log = Log((ORDINARY, ENTITLED))
    deputies.reserve("read_audit_log")
    deputies.do("read_audit_log", log.read, ("128",), {"actor": ORDINARY})
    assert log.asked == ["entitled"]
    assert deputies.reserved == {"read_audit_log"}
