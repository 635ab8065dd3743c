"""Checks an evidence package offline: nothing altered, and the same verdicts from the same outcomes."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from conformance.record.judging import rule_digest
from conformance.record.packing import MANIFEST, PACKAGE_VERSION, VERDICTS, verdicts_of
from conformance.record.reading import Record, RecordError
from conformance.record.writing import RECORD_NAME
from conformance.rules.catalogue import load_catalogue
from simulator.text import Text, TextError, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.rules.catalogue import Rule

MAX_FILE: Final = 2 * 1024**3
"""Bytes of one file of a package, unpacked: it comes from somebody else."""
MAX_FILES: Final = 500_000
_CHUNK: Final = 1024 * 1024


class PackageError(TextError):
    """The file is no evidence package; the message says what was expected."""


class _NoPackageError(TextError):
    """What is amiss inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a package is worth."""

    altered: tuple[str, ...] = ()
    """Files whose content is not what the manifest says."""
    missing: tuple[str, ...] = ()
    """Files that the manifest names and that are not there."""
    added: tuple[str, ...] = ()
    """Files that the manifest does not name."""
    other_verdicts: tuple[str, ...] = ()
    """Keys of the rules that get another verdict when judged again."""
    changed_rules: tuple[str, ...] = ()
    """Keys of the rules whose text has changed since, or that are gone."""
    rules: int = 0
    """How many rules were judged again."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was altered and all verdicts are reached again; a changed rule text is told, not held against it."""
        return not (self.altered or self.missing or self.added or self.other_verdicts)


def verify(path: Path, catalogue: Mapping[str, Rule] | None = None) -> Verification:
    """Check a package.

    Raises:
        PackageError: it is no evidence package, or cannot be read.
    """
    catalogue = load_catalogue() if catalogue is None else catalogue
    try:
        with zipfile.ZipFile(path) as package, tempfile.TemporaryDirectory(prefix="banc-") as scratch:
            return _verify(package, Path(scratch), catalogue)
    except (
        OSError,
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        RecordError,
        _NoPackageError,
    ) as error:
        why = text_of(error) if isinstance(error, (OSError, TextError)) else Text.same(str(error))
        raise PackageError(
            Text(
                f"{path} : un paquet de preuves de banc-insi est attendu : {why.fr}",
                f"{path}: expected an evidence package of banc-insi: {why.en}",
            )
        ) from error


def _verify(package: zipfile.ZipFile, scratch: Path, catalogue: Mapping[str, Rule]) -> Verification:
    names = package.namelist()
    if MANIFEST not in names or len(names) > MAX_FILES:
        raise _NoPackageError(
            Text(
                f"il n'a pas de {MANIFEST}, ou trop de fichiers", f"it holds no {MANIFEST}, or too many files"
            )
        )
    try:
        manifest = json.loads(package.read(MANIFEST))
        expected: dict[str, str] = manifest["files"]
        version = manifest["version"]
    except (ValueError, LookupError, TypeError, RecursionError, zipfile.BadZipFile, zlib.error) as error:
        raise _NoPackageError(
            Text(f"{MANIFEST} est altéré : {error}", f"{MANIFEST} is altered: {error}")
        ) from error
    if version != PACKAGE_VERSION:
        raise _NoPackageError(
            Text(
                f"la version {PACKAGE_VERSION} est attendue, il y a {version!r}",
                f"expected version {PACKAGE_VERSION}, got {version!r}",
            )
        )
    present = {name for name in names if name != MANIFEST}
    altered = sorted(
        name for name in present & set(expected) if _digest(package, name, scratch) != expected[name]
    )
    found = Verification(
        altered=tuple(altered),
        missing=tuple(sorted(set(expected) - present)),
        added=tuple(sorted(present - set(expected))),
    )
    if {RECORD_NAME, VERDICTS} & set(altered) or not {RECORD_NAME, VERDICTS} <= present:
        return found
    return _judged(found, package, scratch, catalogue)


def _judged(
    found: Verification, package: zipfile.ZipFile, scratch: Path, catalogue: Mapping[str, Rule]
) -> Verification:
    try:
        record = Record(scratch / RECORD_NAME)
        told: dict[str, Any] = json.loads(package.read(VERDICTS))
    except (KeyError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise _NoPackageError(Text.same(str(error))) from error
    again = verdicts_of(record)
    changed = tuple(
        key
        for key, digest in record.started.rule_digests.items()
        if key not in catalogue or rule_digest(catalogue[key]) != digest
    )
    return Verification(
        altered=found.altered,
        missing=found.missing,
        added=found.added,
        other_verdicts=tuple(key for key in {**told, **again} if told.get(key) != again.get(key)),
        changed_rules=changed,
        rules=len(again),
    )


def _digest(package: zipfile.ZipFile, name: str, scratch: Path) -> str:
    """Return the SHA-256 of a file, empty when it cannot be unpacked; the record is kept for judging."""
    digest, size = hashlib.sha256(), 0
    try:
        with package.open(name) as source:
            kept = (scratch / RECORD_NAME).open("wb") if name == RECORD_NAME else None
            try:
                while chunk := source.read(_CHUNK):
                    size += len(chunk)
                    if size > MAX_FILE:
                        return ""
                    digest.update(chunk)
                    if kept is not None:
                        kept.write(chunk)
            finally:
                if kept is not None:
                    kept.close()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return ""
    return digest.hexdigest()
