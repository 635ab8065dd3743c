"""The driver API of the reference LGO on standard input and output: one line of JSON each way for each verb."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from conformance.drivers import wire
from conformance.drivers.model import Actor, Role, Verb
from conformance.drivers.protocol import RefusedError
from conformance.reference.acts import Acts
from conformance.reference.store import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.drivers.verbs import Declaration
    from conformance.reference.lgo import Lgo


def serve(lgo: Lgo, requests: Iterable[bytes], answers: BinaryIO) -> None:
    """Answer every line until the input ends.

    Args:
        lgo: the software.
        requests: lines of JSON.
        answers: receives a line for each.
    """
    acts = Acts(lgo)
    known = {each.name: each for each in acts.declarations()}
    for line in requests:
        answers.write(json.dumps(_answer(acts, known, line)).encode("ascii") + b"\n")
        answers.flush()


def _answer(acts: Acts, known: dict[str, Declaration], line: bytes) -> dict[str, Any]:
    number: object = None
    try:
        message = wire.Node("request", json.loads(line))
        number = message.key("id").data
        name = message.key("verb").text()
        if (declaration := known.get(name)) is None:
            reason = "not in the reference LGO" if name in list(Verb) else f"unknown verb {name!r}"
            return {"id": number, "not_supported": {"reason": reason}}
        actor = _actor(message.key("actor")) if declaration.has_actor else None
        request = wire.Node(name, message.key("request").data)
        return {"id": number, "answer": acts.do(declaration, request, actor)}
    except RefusedError as refusal:
        refused = {"code": refusal.code, "message": refusal.message, "fields": list(refusal.fields)}
        return {"id": number, "refused": refused}
    except (wire.MalformedAnswerError, NotFoundError, ValueError) as error:
        return {"id": number, "error": {"message": str(error)}}


def _actor(node: wire.Node) -> Actor:
    role = node.key("role")
    return Actor(user=node.key("user").text(), role=Role.USER if role.is_absent else role.member(Role))
