"""An evidence package proves itself: one byte changed is named, and the verdicts are reached again."""

from __future__ import annotations

import dataclasses
import json
import zipfile

import pytest
from record_samples import ACT, EXCHANGE, SAML, START, begin, end, planned, write

from conformance.record.comparing import compare
from conformance.record.events import CampaignFinished
from conformance.record.packing import pack
from conformance.record.reading import Record
from conformance.record.verifying import PackageError, verify
from conformance.rules import load_catalogue
from conformance.verdicts import Verdict
from simulator.text import Text


@pytest.fixture
def package(tmp_path):
    path = write(
        tmp_path,
        planned(("a[x/y]", "SRC-01"), ("b", "STA-03")),
        begin("a[x/y]", "SRC-01"),
        ("a[x/y]", ACT),
        ("a[x/y]", EXCHANGE),
        end("a[x/y]"),
        begin("b", "STA-03", 2),
        end("b", Verdict.FAIL),
        CampaignFinished(at=START),
    )
    target = tmp_path / "evidence.zip"
    pack(Record(path), target)
    return target


def rewritten(package, change):
    """Return a copy of the package in which ``change`` made other bytes of some files."""
    target = package.with_name("other.zip")
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            for told, content in change(name, old.read(name)):
                new.writestr(told, content)
    return target


def test_a_package_that_nobody_touched_is_sound(package):
    found = verify(package)
    assert found.is_sound
    assert (found.rules, found.changed_rules) == (2, ())


def test_it_holds_a_folder_for_each_rule_and_check_without_secrets(package):
    with zipfile.ZipFile(package) as archive:
        names = archive.namelist()
        everything = b"".join(map(archive.read, names))
    folder = next(name for name in names if name.startswith("rules/SRC-01/") and name.endswith("check.json"))
    assert any(name.endswith("0002-42-request.xml") for name in names)
    assert folder.count("/") == 3
    assert b"SECRET" not in everything
    assert SAML.encode() not in everything


def test_every_single_file_altered_is_named(package):
    with zipfile.ZipFile(package) as archive:
        names = [name for name in archive.namelist() if name != "manifest.json"]
    for altered in names:

        def flip(name, content, altered=altered):
            flipped = content[:-2] + bytes([content[-2] ^ 1]) + content[-1:]
            return [(name, flipped if name == altered else content)]

        found = verify(rewritten(package, flip))
        assert found.altered == (altered,)
        assert not found.is_sound


def test_one_flipped_byte_of_the_zip_file_is_never_overlooked(package):
    content = package.read_bytes()
    sound = 0
    for position in range(0, len(content), 97):
        package.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        try:
            sound += verify(package).is_sound
        except PackageError:
            continue
    # Fields of the container that no reader uses, such as a date, carry no evidence.
    assert sound <= len(content) // 97 // 4


def test_a_file_taken_out_and_one_put_in_are_named(package):
    found = verify(
        rewritten(package, lambda name, content: [("plan2.json" if name == "plan.json" else name, content)])
    )
    assert (found.missing, found.added, found.is_sound) == (("plan.json",), ("plan2.json",), False)


def test_a_verdict_changed_with_its_digest_is_found_by_judging_again(package):
    import hashlib

    def forge(name, content):
        if name == "verdicts.json":
            content = forged
        if name == "manifest.json":
            manifest = json.loads(content)
            manifest["files"]["verdicts.json"] = hashlib.sha256(forged).hexdigest()
            content = json.dumps(manifest).encode()
        return [(name, content)]

    with zipfile.ZipFile(package) as archive:
        forged = archive.read("verdicts.json").replace(b'"FAIL"', b'"PASS"')
    found = verify(rewritten(package, forge))
    assert (found.altered, found.other_verdicts, found.is_sound) == ((), ("STA-03",), False)


def test_a_rule_whose_text_changed_is_named(package):
    catalogue = dict(load_catalogue())
    catalogue["SRC-01"] = dataclasses.replace(catalogue["SRC-01"], statement=Text("autre", "other"))
    found = verify(package, catalogue)
    assert (found.changed_rules, found.is_sound) == (("SRC-01",), True)


@pytest.mark.parametrize("content", [b"", b"PK", b"hello" * 100])
def test_what_is_no_package_is_said_to_be_so(tmp_path, content):
    path = tmp_path / "x.zip"
    path.write_bytes(content)
    with pytest.raises(PackageError, match="expected an evidence package"):
        verify(path)


def test_comparing_names_versions_verdicts_and_what_got_worse(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    before = write(
        tmp_path / "1", begin("a", "SRC-01"), end("a"), begin("b", "STA-03"), end("b", Verdict.FAIL)
    )
    after = write(
        tmp_path / "2", begin("a", "SRC-01"), end("a", Verdict.FAIL), begin("b", "STA-03"), end("b"), seed=8
    )
    found = compare(Record(before), Record(after))
    assert found.versions == {"seed": ("7", "8")}
    assert [(change.rule, change.before, change.after, change.is_worse) for change in found.verdicts] == [
        ("SRC-01", "PASS", "FAIL", True),
        ("STA-03", "FAIL", "PASS", False),
    ]
