"""What was not seen is known to nobody."""

from __future__ import annotations

import pytest

from conformance.drivers.model import InsiCall, Patient, Status
from conformance.guided.attachments import AttachmentError, attach
from conformance.guided.seeing import partly_seen, was_seen
from conformance.record.timeline import plain
from conformance.verdicts import UndecidedError, Verdict

PATIENT = Patient(id="p", status=Status.RECUP, oid="1.2.3", birth_name="DURAND")


def test_what_was_seen_is_there_and_the_rest_concludes_nothing():
    seen = partly_seen(PATIENT, {"oid", "status"})
    assert isinstance(seen, Patient)
    assert (seen.id, seen.birth_name) == ("p", "DURAND")
    assert was_seen(seen, "birth_name")
    assert not was_seen(seen, "oid")
    for name in ("oid", "status"):
        with pytest.raises(UndecidedError) as caught:
            getattr(seen, name)
        assert caught.value.verdict is Verdict.NOT_TESTED


def test_the_record_shows_what_was_seen_only():
    assert plain(partly_seen(PATIENT, {"oid"})) == {"id": "p", "status": "RECUP", "birth_name": "DURAND"}
    assert "1.2.3" not in repr(partly_seen(PATIENT, {"oid"}))


def test_nothing_hidden_is_the_same_object():
    assert partly_seen(PATIENT, ()) is PATIENT


def test_two_kinds_do_not_mix():
    call = partly_seen(InsiCall(id="c", outcome="FOUND"), {"message"})
    assert not was_seen(call, "message")
    assert was_seen(partly_seen(PATIENT, {"oid"}), "birth_name")


@pytest.mark.parametrize("content", [None, b"", b"x" * 11])
def test_a_file_that_cannot_be_kept_is_told_why(tmp_path, monkeypatch, content):
    monkeypatch.setattr("conformance.guided.attachments.MAX_BYTES", 10)
    source = tmp_path / "écran.png"
    if content is not None:
        source.write_bytes(content)
    with pytest.raises(AttachmentError):
        attach(source, tmp_path / "campagne", exchange=0)
    assert not (tmp_path / "campagne").exists()


def test_the_name_of_a_file_cannot_leave_the_folder(tmp_path):
    source = tmp_path / "..écran\\..\\x y.png"
    source.write_bytes(b"1")
    entry = attach(source, tmp_path / "campagne", exchange=3)
    assert (tmp_path / "campagne" / entry.file).read_bytes() == b"1"
    assert (tmp_path / "campagne" / entry.file).parent == tmp_path / "campagne" / "attachments"
    assert entry.exchange == 3
