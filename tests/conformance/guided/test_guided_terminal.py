"""The same on a terminal: `banc run` started as people start it, stopped with Ctrl-C, killed, resumed, one patient mistyped, one file attached."""

from __future__ import annotations

import hashlib
import json
import signal
import sys

import pytest

from conformance.drivers.http import HttpDriver
from conformance.record.reading import Record
from conformance.record.timeline import AttachmentEntry
from simulator.serving import free_port

if sys.platform == "win32":
    # A Windows console cannot be played so; what is typed and read is the same there (test_guided_campaign).
    pytest.skip("pexpect needs a pseudo-terminal", allow_module_level=True)

import pexpect

PATIENCE = 120
"""Seconds that the program may take until its next question, on a very slow machine."""


@pytest.fixture
def helpers(request):
    return request.config.pluginmanager.get_plugin(str(request.path.with_name("conftest.py")))


class Terminal:
    """A terminal on which `banc run` runs, and the person at its keyboard."""

    def __init__(self, person, *arguments):
        self.person = person
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "conformance.cli", *arguments],
            encoding="utf-8",
            echo=False,
            timeout=PATIENCE,
            dimensions=(60, 200),
            maxread=65536,
            # A shell that started us in the background may have told us, and so our children, to ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.text = ""

    def question(self):
        """Return what was written up to the next prompt; ``None`` at the end of the program."""
        found = self.child.expect([r"(?:^|\n)> ", pexpect.EOF])
        block = self.child.before.replace("\r", "")
        self.text += block
        return block if found == 0 else None

    def play(self, *, until=None, killed=False):
        """Answer until the end, or until the act of this number is asked for: then press Ctrl-C, or have it killed."""
        while (block := self.question()) is not None:
            if until is not None and f"── Acte {until}/" in block:
                until = None
                if killed:
                    self.child.kill(signal.SIGKILL)
                else:
                    self.child.sendintr()
                continue
            answer = self.person.reply(block)
            if answer is not None:
                self.child.sendline(answer)
        self.child.close()
        return self.child.exitstatus


@pytest.mark.slow
def test_three_journeys_on_a_terminal(software, tmp_path, helpers):
    url = software()
    plan, report = tmp_path / "comptoir.yaml", tmp_path / "campagne"
    plan.write_text(
        f"driver: {{kind: guided, insi_port: {free_port()}}}\nsoftware: {{name: LGO du test, version: '1'}}\nseed: 11\n",
        encoding="utf-8",
    )
    shot = tmp_path / "capture.png"
    shot.write_bytes(b"\x89PNG what the screen showed")
    person = helpers.Pharmacist(HttpDriver(url))
    person.say = {8: [f"joindre {shot}"]}
    journeys = [word for key in ("document", "failures", "import") for word in ("--journey", key)]

    first = Terminal(person, "run", str(plan), "--report", str(report), *journeys)
    assert first.play(until=12) == 130
    assert "--resume" in first.text
    assert len(Record(report).human_acts) == 12, "the preparation and eleven acts"

    person.acts = []
    person.say = {}
    killed = Terminal(person, "run", str(plan), "--resume", str(report))
    killed.play(until=15, killed=True)
    assert len(Record(report).human_acts) == 15
    assert Record(report).interrupted

    person.acts = []
    person.mistype = {"Créer un patient": {"birth_name": "ZZYZX"}}
    second = Terminal(person, "run", str(plan), "--resume", str(report))
    assert second.play() == 0, second.text[-1000:]
    assert "12 actes sont déjà faits" in killed.text
    assert killed.text.index("── Acte 12/16") < killed.text.index("── Acte 13/16")
    assert "── Acte 11/16" not in killed.text
    assert "15 actes sont déjà faits" in second.text
    assert "── Acte 14/16" not in second.text

    assert "nom de naissance : la fiche dit" in second.text, "the mistyped patient was seen on the wire"
    assert "INSi a reçu «\xa0ZZYZX\xa0»" in second.text

    record = Record(report)
    files = [
        entry
        for entry in record.timeline("document.called_without_place")
        if isinstance(entry, AttachmentEntry)
    ]
    assert [entry.sha256 for entry in files] == [hashlib.sha256(shot.read_bytes()).hexdigest()]
    assert files[0].exchange > 0
    found = json.loads((report / "report.json").read_text("utf-8"))
    checked = {entry["rule"] for entry in found["checks"]}
    by_hand = {rule["id"]: rule["verdict"] for rule in found["rules"] if rule["id"] in checked}
    assert by_hand == helpers.verdicts(helpers.by_program(url, ("document", "failures", "import"), seed=11))
    assert {verdict for key, verdict in by_hand.items() if key not in {"DIS-01", "DIS-03"}} == {"PASS"}
