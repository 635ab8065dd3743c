"""What the DMP finds wrong with a submission: XDS error codes, each with what was expected and what came."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from simulator.ins.matricule import Matricule, MatriculeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from simulator.sinks.dmp.reading import Message, Submission

INS_OIDS: Final = frozenset(f"1.2.250.1.213.1.4.{number}" for number in (8, 9, 10, 11))
"""INS-NIR, INS-NIA, and the test and demonstration numbers."""
_CX: Final = re.compile(r"([^^&]*)\^\^\^[^^&]*&([0-9.]*)&ISO(?:\^.*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryError:
    """One error of a RegistryResponse."""

    code: str
    context: str
    """English, for the log of the vendor."""


def errors_of(
    message: Message, recognise: Callable[[Mapping[str, str]], Mapping[str, str]]
) -> list[RegistryError]:
    """Return what is wrong with a submission, nothing when it is taken.

    Args:
        message: an ITI-41 request.
        recognise: given unique ids and hashes of documents, notes them and returns those known before with their hash
            then; asked only when nothing else is wrong.
    """
    submission = message.submission
    if submission is None:
        return []
    found = [*_shape(submission), *_patients(message, submission), *_contents(submission)]
    if found:
        return found
    hashes = {
        unique_id: hashlib.sha1(submission.contents[entry.id] or b"", usedforsecurity=False).hexdigest()
        for entry in submission.entries
        for unique_id in entry.unique_ids
    }
    for unique_id, former in recognise(hashes).items():
        if former == hashes[unique_id]:
            text = f"expected a uniqueId that is not used yet, {unique_id} is"
            found.append(RegistryError(code="XDSDuplicateUniqueIdInRegistry", context=text))
        else:
            text = f"{unique_id} was sent before with other content (hash {former})"
            found.append(RegistryError(code="XDSNonIdenticalHash", context=text))
    return found


def _shape(submission: Submission) -> Iterator[RegistryError]:
    def wrong(expected: str, got: object) -> RegistryError:
        return RegistryError(code="XDSRegistryMetadataError", context=f"expected {expected}, got {got}")

    if submission.sets != 1:
        yield wrong("one RegistryPackage (the submission set)", submission.sets)
    if len(submission.set_patient_ids) != 1:
        yield wrong("one patientId in the submission set", len(submission.set_patient_ids))
    if len(submission.set_unique_ids) != 1:
        yield wrong("one uniqueId in the submission set", len(submission.set_unique_ids))
    if not submission.entries:
        yield wrong("at least one document (ExtrinsicObject)", 0)
    names = [entry.id for entry in submission.entries]
    if len(set(names)) != len(names):
        yield wrong("documents with different ids", "the same id twice")
    for entry in submission.entries:
        if len(entry.patient_ids) != 1:
            yield wrong(f"one patientId in {entry.id}", len(entry.patient_ids))
        if len(entry.unique_ids) != 1:
            yield wrong(f"one uniqueId in {entry.id}", len(entry.unique_ids))


def _patients(message: Message, submission: Submission) -> Iterator[RegistryError]:
    named = {
        f"DocumentEntry {entry.id}": value for entry in submission.entries for value in entry.patient_ids
    }
    if submission.set_patient_ids:
        named["SubmissionSet"] = submission.set_patient_ids[0]
    if message.assertion_patient:
        named["VIHF"] = message.assertion_patient
    read = {place: ins_of(value) for place, value in named.items()}
    if len(set(read.values())) > 1:
        text = ", ".join(f"{place} {value}" for place, value in named.items())
        yield RegistryError(
            code="XDSPatientIdDoesNotMatch", context=f"expected one patientId everywhere, got {text}"
        )
        return
    for place, value in read.items():
        if value is None or value[1] not in INS_OIDS or not is_matricule(value[0]):
            text = f"expected a matricule INS with its OID (number^^^&OID&ISO^NH), got {named[place]!r:.120} in {place}"
            yield RegistryError(code="XDSUnknownPatientId", context=text)
            return


def _contents(submission: Submission) -> Iterator[RegistryError]:
    for entry in submission.entries:
        content = submission.contents.get(entry.id)
        if content is None:
            text = f"expected the content of {entry.id}, " + (
                "its Include leads to no part, or it is not base64"
                if entry.id in submission.contents
                else "there is none"
            )
            yield RegistryError(code="XDSMissingDocument", context=text)
            continue
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        if entry.hash and entry.hash.lower() != digest:
            text = f"expected hash {digest} of {entry.id}, got {entry.hash:.60}"
            yield RegistryError(code="XDSRepositoryMetadataError", context=text)
        if entry.size and entry.size != str(len(content)):
            text = f"expected size {len(content)} of {entry.id}, got {entry.size:.20}"
            yield RegistryError(code="XDSRepositoryMetadataError", context=text)
    for name in submission.contents.keys() - {entry.id for entry in submission.entries}:
        yield RegistryError(
            code="XDSMissingDocumentMetadata", context=f"expected metadata of {name}, there are none"
        )


def ins_of(cx: str) -> tuple[str, str] | None:
    """Return number and OID of a CX, ``None`` when it is none; what follows (type, date) may differ."""
    match = _CX.fullmatch(cx.strip().strip("'"))
    return (match[1], match[2]) if match else None


def is_matricule(number: str) -> bool:
    """Tell whether a number is a matricule of 15 characters with its right key."""
    try:
        return Matricule.parse(number).is_valid
    except MatriculeError:
        return False
