"""A message that arrives is a file in the campaign folder for the person who hands it to the software."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.drivers.model import Actor, Role, Verb
from conformance.drivers.partners import Document, MessageFormat
from conformance.drivers.verbs import VERBS
from conformance.guided.handing import handed_over
from conformance.guided.instructions import instruction

if TYPE_CHECKING:
    from pathlib import Path

MAIL = Document(name="../courriel du labo.eml", format=MessageFormat.MSSANTE, content=b"Subject: XDM\r\n\r\n")


def test_the_instruction_names_the_file_and_not_its_bytes(tmp_path: Path) -> None:
    arguments = {"message": MAIL, "sender": "LABO-VOISIN"}
    files = handed_over(arguments, tmp_path)
    assert [one.read_bytes() for one in files.values()] == [MAIL.content]
    assert files["message"].parent == tmp_path / "incoming"
    lines = list(
        instruction(VERBS[Verb.RECEIVE_MESSAGE], Actor(user="anne", role=Role.USER), arguments, {}, files)
    )
    shown = "\n".join(line.fr for line in lines)
    assert str(files["message"]) in shown
    assert "MSSANTE" in shown
    assert "LABO-VOISIN" in shown
    assert max(map(len, shown.splitlines())) < 400
    assert all(line.fr != line.en for line in lines[:2])


def test_an_act_without_document_writes_nothing(tmp_path: Path) -> None:
    assert handed_over({"patient_id": "7"}, tmp_path) == {}
    assert list(tmp_path.iterdir()) == []
