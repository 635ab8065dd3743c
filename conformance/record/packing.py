"""The evidence package: a campaign as one ZIP file that anybody can check offline."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final

from conformance.record.coding import encode
from conformance.record.replay import replay
from conformance.record.timeline import ActEntry, ExchangeEntry, StateEntry
from conformance.record.writing import RECORD_NAME
from simulator.journal.exchange import INSI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conformance.record.reading import Record
    from conformance.record.results import CheckResult, RuleResult

MANIFEST: Final = "manifest.json"
VERDICTS: Final = "verdicts.json"
PACKAGE_VERSION: Final = 1
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The same campaign gives the same bytes."""


def pack(record: Record, target: Path) -> int:
    """Write the package of a campaign and return how many files it holds.

    It holds the record, the plan, the attachments, one folder for each rule and check (steps, exchanges, states before and
    after, outcome), the verdicts, and a manifest with the SHA-256 of every file. Secrets were masked when the record was
    written.

    Raises:
        OSError: ``target`` cannot be written, or the record cannot be read again.
    """
    digests: dict[str, str] = {}
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as package:
            for name, content in _files(record):
                digests[name] = hashlib.sha256(content).hexdigest()
                _add(package, name, content)
            manifest = {"version": PACKAGE_VERSION, "algorithm": "SHA-256", "files": digests}
            _add(package, MANIFEST, _json(manifest))
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return len(digests) + 1


def verdicts_of(record: Record) -> dict[str, Any]:
    """Return the verdict of each rule and check, as the catalogue of today judges the outcomes."""
    campaign = replay(record, evidence=False)
    return {
        result.rule.key: {
            "verdict": result.verdict.value,
            "checks": {check.id: check.verdict.value for check in result.checks},
        }
        for result in campaign.rules
    }


def _files(record: Record) -> Iterator[tuple[str, bytes]]:
    # Up to its last whole line: what a killed campaign left half is no evidence.
    with record.path.open("rb") as file:
        yield RECORD_NAME, file.read(record.size)
    yield "plan.json", _json(record.started.plan)
    yield VERDICTS, _json(verdicts_of(record))
    for result in replay(record, evidence=False).rules:
        for check in result.checks:
            yield from _check(record, result, check)
    attachments = record.path.parent / "attachments"
    if attachments.is_dir():
        for path in sorted(attachments.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"attachments/{path.relative_to(attachments).as_posix()}", path.read_bytes()


def _check(record: Record, result: RuleResult, check: CheckResult) -> Iterator[tuple[str, bytes]]:
    folder = f"rules/{result.rule.key}/{_file_name(check.id)}"
    steps = []
    for number, entry in enumerate(record.timeline(check.id), 1):
        step: dict[str, Any] = {"step": number, "kind": type(entry).__name__.removesuffix("Entry").lower()}
        if isinstance(entry, ExchangeEntry):
            name = f"exchanges/{number:04d}-{entry.number}"
            kind = "xml" if entry.service == INSI else "txt"
            yield f"{folder}/{name}-request.{kind}", entry.request.encode("utf-8", "replace")
            yield f"{folder}/{name}-response.{kind}", entry.response.encode("utf-8", "replace")
            step |= {key: value for key, value in encode(entry).items() if key not in {"request", "response"}}
            step |= {"request": f"{name}-request.{kind}", "response": f"{name}-response.{kind}"}
        else:
            step |= encode(entry)
        steps.append(step)
        if isinstance(entry, (StateEntry, ActEntry)) and entry.changes:
            step["changes"] = encode(entry.changes)
    yield f"{folder}/steps.json", _json(steps)
    yield (
        f"{folder}/check.json",
        _json(
            {
                "rule": result.rule.key,
                "statement": encode(result.rule.statement),
                "references": [reference.tag for reference in result.rule.references],
                "evidence_level": result.rule.evidence.value,
                "check": check.id,
                "title": encode(check.title),
                "verdict": check.verdict.value,
                "observed": encode(check.reason),
                "consequence_of": list(check.consequence_of),
                "duration": check.duration,
            }
        ),
    )


def _file_name(check_id: str) -> str:
    """Return a name that every file system takes, and no two checks share."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", check_id).strip("-.")[:80]
    if plain == check_id:
        return plain
    return f"{plain}-{hashlib.sha256(check_id.encode()).hexdigest()[:8]}"


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, content)
