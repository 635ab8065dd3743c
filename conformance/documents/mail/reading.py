"""MSSanté mails: headers recomputed from the archive attached, recipients, subject, and the PDF beside it."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.policy import compat32
from email.utils import getaddresses
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from conformance.documents.context import TEXT_LIMIT
from conformance.documents.document import Document
from conformance.documents.ihe.xdm import XdmFacts
from conformance.documents.letters import Letter, told_of_another
from conformance.documents.letters import judge as judge_letter
from conformance.documents.mail.errors import error_codes
from conformance.documents.mail.headers import MailFacts, header_place, headers
from conformance.documents.mail.parts import FORWARDED, Held, told_of, uuencoded, written
from conformance.documents.mail.signed import opened
from conformance.documents.numbers import called_ins, compact, find_matricules
from conformance.documents.page.labels import french_date, of_somebody_else
from conformance.documents.page.people import of_other_people
from conformance.documents.page.running_text import is_readable, pictures, words_of
from conformance.documents.pdf.facts import PdfFacts
from conformance.documents.pdf.reading import archive_problems
from conformance.documents.problems import Quote, inferred, official, unjudged
from conformance.documents.record import Format, IdentityRecord, Place, PlaceKind, Trait, Value
from conformance.documents.told import spoilt_number, told_traits
from conformance.documents.values import mailboxes
from simulator.ins.traits import comparison_key
from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from email.message import Message

    from conformance.documents.context import Reading
    from conformance.documents.expected import Expected
    from conformance.documents.problems import Problem

_ADDRESSES: Final = ("To", "Cc", "Bcc", "From", "Reply-To")
_PREFIX: Final = re.compile(r"XDM/1\.0/DDM\+?", re.IGNORECASE)
_PDF_NAME: Final = re.compile(r"\d{8}_[^_]+_(?P<name>.+?)_(?P<first>[^_]+)(?:_\d+)?\.pdf", re.IGNORECASE)
_LETTER: Final = re.compile(r"\.(?:rtf|html?|txt)$", re.IGNORECASE)
_FOLD: Final = re.compile(r"(?<!\s)\s*\r?\n\s+")
_NEEDED: Final = (Trait.BIRTH_NAME, Trait.FIRST_NAME, Trait.BIRTH_DATE, Trait.SEX)


def read(data: bytes, reading: Reading) -> Document:
    """Read a mail and what is attached to it."""
    if (inside := opened(data.lstrip(b"\xef\xbb\xbf\r\n"))) is not None:
        reading.spend(len(inside))
        data = inside
    try:
        held = Held.of(data.lstrip(b"\xef\xbb\xbf\r\n"))
        message = message_from_bytes(held.message, policy=compat32)
        leaves = list(_leaves(message))
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, MessageError) as error:
        text = Text(
            f"courriel lisible attendu : {type(error).__name__}",
            f"expected a readable mail: {type(error).__name__}",
        )
        return Document(
            format=Format.MAIL,
            name=reading.name,
            problems=(official("mail-malformed", text, at=(reading.place(),)),),
        )
    headers = tuple((name, _decoded(value)) for name, value in message.raw_items())
    problems: list[Problem] = []
    parts: list[Document] = []
    texts: list[str] = []
    bodies: list[str] = []
    shown: list[str] = []
    for number, leaf in enumerate(leaves[: reading.limits.parts]):
        _leaf(leaf, number, reading, held, (problems, parts, texts, bodies, shown))
    facts = MailFacts(headers, tuple(bodies), "\n".join(texts), tuple(shown))
    if facts.is_saved_page:
        text = Text(
            "page web enregistrée : seuls ses textes et ses images ont été regardés",
            "saved web page: only its texts and pictures were looked at",
        )
        problems.append(unjudged("format-unknown", text, reading.place()))
    problems.extend(error_codes(facts.header("Subject") or "", held.message, reading.name))
    record = _record(facts, reading)
    told = [f"{name}: {value}" for name, value in headers]
    return Document(
        format=Format.MAIL, name=reading.name, records=(record,), problems=tuple(problems), parts=tuple(parts), facts=facts,
        text="\n".join([*told, *texts]),
    )  # fmt: skip


def _leaves(message: Message[str, str]) -> Iterator[Message[str, str]]:
    """Yield the parts that hold something, in order; a mail inside a mail is one part, with its own headers."""
    waiting: list[Any] = [message]
    while waiting:
        part = waiting.pop(0)
        inside = part.get_payload()
        if part.is_multipart() and isinstance(inside, list) and part.get_content_type() != FORWARDED:
            waiting[:0] = [one for one in inside if hasattr(one, "is_multipart")]
        else:
            yield part


def _leaf(
    leaf: Message[str, str],
    number: int,
    reading: Reading,
    held: Held,
    into: tuple[list[Problem], list[Document], list[str], list[str], list[str]],
) -> None:
    problems, parts, texts, bodies, shown = into
    kind = leaf.get_content_type()
    name, charset = told_of(leaf)
    name = _decoded(name)
    content = held.content(leaf)
    if not content:
        if kind == FORWARDED:
            text = Text("courriel transféré illisible", "a forwarded mail that cannot be read")
            problems.append(unjudged("mail-forwarded", text, reading.place(name)))
        return
    if "pkcs7-mime" in kind:
        text = Text("courriel chiffré : rien n’a pu être lu", "encrypted mail: nothing could be read")
        problems.append(unjudged("mail-encrypted", text, reading.place(name)))
        return
    if not name and kind.startswith("text/"):
        bodies.append(kind)
        texts.append(written(content, charset)[:TEXT_LIMIT])
        if kind == "text/html":
            # A tag in the middle of a number hides it from who looks at the bytes, not from who reads.
            texts.append(words_of(texts[-1], kind))
            for told, inside in pictures(texts[-2]):
                _kept(reading.part(inside, told), (told, ""), parts, texts, shown)
        shown.append(texts[-1])
        for told, inside in uuencoded(texts[-1]):
            _kept(reading.part(inside, told), (told, ""), parts, texts, shown)
        return
    part = reading.part(content, name or f"part {number + 1}")
    _kept(part, (name, kind), parts, texts, shown)
    if name:
        texts.append(name)


def _kept(
    part: Document, told: tuple[str, str], parts: list[Document], texts: list[str], shown: list[str]
) -> None:
    """Keep a file of a mail (``told``: name and type): what a reader sees of a letter, and what leaves with any other."""
    name, kind = told
    if part.format is Format.UNKNOWN:
        texts.append(part.text)
        if isinstance(part.facts, Letter) and (is_readable(kind) or _LETTER.search(name)):
            shown.append(part.facts.words)
    if part.counts_inside:
        parts.append(part)


def _decoded(value: object) -> str:
    # Bytes that are not ASCII come as surrogates: mails of today (RFC 6532) write UTF-8 there.
    raw = str(value).encode("utf-8", errors="surrogateescape")
    try:
        told = raw.decode("utf-8")
    except UnicodeDecodeError:
        told = raw.decode("cp1252", errors="replace")
    try:
        told = str(make_header(decode_header(told)))
    except (ValueError, LookupError, MessageError):
        return told
    return _FOLD.sub(" ", told)


def _record(facts: MailFacts, reading: Reading) -> IdentityRecord:
    values: list[Value] = []
    for name, header in facts.headers:
        if name.title() in _ADDRESSES:
            place = reading.place(name, PlaceKind.HEADER)
            for _, address in getaddresses([header]):
                values.extend(mailboxes(address, place))
    subject = facts.header("Subject") or ""
    # The date of the subject, the birth date in the published example, ends it; another may stand in the label.
    last = subject.split()[-1] if subject.strip() else ""
    if last and _PREFIX.search(subject) and (date := french_date(last)):
        place = reading.place("Subject", PlaceKind.HEADER)
        values.append(Value(trait=Trait.BIRTH_DATE, text=last, place=place, normal=date[0]))
    return IdentityRecord(format=Format.MAIL, values=tuple(values), place=reading.place())


def judge(document: Document, expected: Expected) -> Iterator[Problem]:
    """Yield what ties the headers to what is attached."""
    facts: MailFacts | None = document.facts
    if facts is None:
        return
    if facts.is_saved_page:
        for told in facts.shown:
            yield from judge_letter(Letter(told), document.name, expected)
        return
    inside = [record for part in document.parts for one in part.walk() for record in one.records]
    archives = [part for part in document.parts if isinstance(part.facts, XdmFacts) and part.facts.is_xdm]
    cdas = [cda for archive in archives for cda in archive.facts.cdas]
    yield from _ins_header(facts, cdas, document.name)
    yield from headers(facts, cdas, document)
    yield from _recipients(document, inside, expected)
    yield from _numbers(facts, inside, document.name)
    body = Place(kind=PlaceKind.FILE, path="body", file=document.name)
    for told in facts.shown:
        # Each by itself: the plain text and the HTML of a mail come from two templates.
        yield from of_other_people(told, inside, body, "TRA-07")
        if not any(one.has_ins for one in inside):
            yield from told_of_another(told, expected, body)
        yield from spoilt_number(told, expected, body)
        yield from told_traits(told, document.name, expected, is_letter=False)
    if archives:
        yield from _subject(facts, inside, document.name)
        yield from _pdf_beside(document, cdas, inside)


def _ins_header(facts: MailFacts, cdas: Sequence[Document], file: str) -> Iterator[Problem]:
    """Recompute X-MSS-INS: ``O`` when a CDA has number, OID, birth name, first given name, date and sex; a NIA counts."""
    every = [value.strip() for name, value in facts.headers if name.lower() == "x-mss-ins"]
    if len(every) > 1:
        text = Text(
            f"un seul X-MSS-INS attendu, {len(every)} trouvés : {', '.join(every)}",
            f"expected one X-MSS-INS, got {len(every)}: {', '.join(every)}",
        )
        make = official if len(set(every)) > 1 else inferred
        yield make(
            "mss-ins-twice", text, "TRA-07", at=(Quote(header_place("X-MSS-INS", file), ", ".join(every)),)
        )
    told = facts.header("X-MSS-INS")
    wanted = (
        ("O" if any(_complete(record) for cda in cdas for record in cda.records) else "N") if cdas else None
    )
    if wanted is None and (told is None or facts.is_locked):
        return
    spot = Quote(header_place("X-MSS-INS", file), told or "")
    if wanted is None:
        text = Text(
            "X-MSS-INS présent alors qu’aucun CDA n’est joint dans un XDM",
            "X-MSS-INS is there although no CDA is attached in an XDM",
        )
        yield official("mss-ins-without-cda", text, "TRA-07", at=(spot,))
    elif told is None:
        text = Text(f"X-MSS-INS: {wanted} attendu, absent", f"expected X-MSS-INS: {wanted}, missing")
        yield official("mss-ins-missing", text, "TRA-07", at=(spot,))
    elif told.strip() != wanted:
        text = Text(
            f"X-MSS-INS: {wanted} attendu d’après le CDA joint, « {told} » trouvé",
            f"expected X-MSS-INS: {wanted} from the CDA attached, got {told!r}",
        )
        header = next((record.place for cda in cdas for record in cda.records), None)
        yield official("mss-ins-wrong", text, "TRA-07", at=(spot, header) if header else (spot,))


def _complete(record: IdentityRecord) -> bool:
    whole = any(one.number and one.number.normal and one.oid for one in record.ins)
    return whole and all((value := record.first(trait)) is not None and value.normal for trait in _NEEDED)


def _recipients(
    document: Document, inside: Sequence[IdentityRecord], expected: Expected
) -> Iterator[Problem]:
    boxes = document.records[0].of(Trait.MAILBOX)
    if boxes and inside and not any(record.has_ins for record in inside) and not expected.forbids_ins:
        text = Text(
            "un patient est destinataire, mais rien de ce qui est joint ne porte d’INS",
            "a patient receives this mail, but nothing attached holds an INS",
        )
        yield official("mailbox-without-ins", text, "TRA-09", at=(boxes[0],))


def _numbers(facts: MailFacts, inside: Sequence[IdentityRecord], file: str) -> Iterator[Problem]:
    """Look for matricules where people read: none has a place in the subject, one called INS in the text is the patient's."""
    subject = facts.header("Subject") or ""
    for number, _, _ in find_matricules(subject):
        text = Text(
            f"l’objet s’écrit XDM/1.0/DDM+<libellé> <NOM> <prénom> <date> ; le matricule {number} y est en clair",
            f"the subject is XDM/1.0/DDM+<label> <NAME> <given name> <date>; the matricule {number} stands there in clear",
        )
        yield inferred(
            "mail-subject-number", text, "TRA-07", at=(Quote(header_place("Subject", file), subject),)
        )
    known = [value for record in inside for value in record.of(Trait.MATRICULE)]
    for number, start, end in called_ins(facts.text):
        if known and all(value.normal != number for value in known):
            text = Text(
                "le texte du courriel donne l’INS d’une autre personne que les documents joints",
                "the text of the mail gives the INS of another person than the documents attached",
            )
            spot = Place(
                kind=PlaceKind.FILE, path="body", file=file, line=facts.text.count("\n", 0, start) + 1
            )
            make = inferred if of_somebody_else(facts.text, start) else official
            yield make("mail-body-of-another", text, "F13", at=(Quote(spot, facts.text[start:end]), known[0]))


def _subject(facts: MailFacts, inside: Sequence[IdentityRecord], file: str) -> Iterator[Problem]:
    """Check ``XDM/1.0/DDM+<label> <NOM> <prénom> <date>``: only the date may be left out (ECO.2.1.3)."""
    subject = facts.header("Subject") or ""
    spot = Quote(header_place("Subject", file), subject)
    if not _PREFIX.search(subject):
        text = Text(
            "objet XDM/1.0/DDM+… attendu avec un IHE_XDM",
            "expected the subject XDM/1.0/DDM+… with an IHE_XDM",
        )
        yield inferred("mail-subject-prefix", text, "TRA-07", at=(spot,))
        return
    for trait, missed in _names_missing(_PREFIX.sub(" ", subject), inside):
        text = Text(
            f"objet : {trait.text.fr} « {missed.text} » attendu",
            f"subject: expected the {trait.text.en} {missed.text!r}",
        )
        yield official("mail-subject-of-another", text, "F13", at=(spot, missed))


def _names_missing(
    told: str, inside: Sequence[IdentityRecord], *, joined: bool = False
) -> Iterator[tuple[Trait, Value]]:
    """Yield the name and the first name of the documents that a line about their patient lacks; used ones count too.

    Args:
        told: the line: words of it are compared, whatever stands between them.
        inside: the identities of the documents.
        joined: apostrophes, hyphens and spaces may be left out, as in the name of a file.
    """
    key = f" {comparison_key(told)} "
    parts = {comparison_key(one).replace(" ", "") for one in told.split(" ")} if joined else set()
    for birth, used in ((Trait.BIRTH_NAME, Trait.USED_NAME), (Trait.FIRST_NAME, Trait.USED_FIRST_NAME)):
        names = [
            value
            for record in inside
            for trait in (birth, used)
            for value in record.of(trait)
            if value.normal
        ]
        if names and not any(
            f" {comparison_key(value.normal)} " in key
            or comparison_key(value.normal).replace(" ", "") in parts
            for value in names
        ):
            yield birth, names[0]


def _pdf_beside(
    document: Document, cdas: Sequence[Document], inside: Sequence[IdentityRecord]
) -> Iterator[Problem]:
    """Check the PDF beside the archive: there, PDF/A-1, named after the patient, the same as the one in the CDA."""
    pdfs = [part for part in document.parts if part.format is Format.PDF]
    if not pdfs and cdas:
        text = Text(
            "le même document en PDF/A-1 attendu à côté de l’archive",
            "expected the same document as PDF/A-1 beside the archive",
        )
        yield inferred(
            "mail-pdf-missing", text, "DOC-08", at=(Place(kind=PlaceKind.FILE, file=document.name),)
        )
    embedded = [part for cda in cdas for part in cda.parts if part.format is Format.PDF]
    for pdf in pdfs:
        yield from archive_problems(pdf, "DOC-08")
        yield from _pdf_name(pdf, inside)
        if (
            len(cdas) == 1
            and embedded
            and isinstance(pdf.facts, PdfFacts)
            and not any(_same(pdf, one) for one in embedded)
        ):
            text = Text(
                "le PDF joint n’est pas celui du corps du CDA",
                "the PDF attached is not the one in the body of the CDA",
            )
            spots = (
                Place(kind=PlaceKind.FILE, file=pdf.name),
                Place(kind=PlaceKind.FILE, file=embedded[0].name),
            )
            yield official("mail-pdf-differs", text, "DOC-08", at=spots)


def _same(one: Document, other: Document) -> bool:
    return one.data == other.data or compact("".join(one.text.split())) == compact(
        "".join(other.text.split())
    )


def _pdf_name(pdf: Document, inside: Sequence[IdentityRecord]) -> Iterator[Problem]:
    """Check ``<date>_<type>_<NOM>_<prénom>[_<number>].pdf`` (ECO.2.1.6)."""
    name = pdf.name.rpartition(" › ")[2]
    place = Place(kind=PlaceKind.FILE, file=pdf.name)
    match = _PDF_NAME.fullmatch(name)
    if match is None:
        text = Text(
            f"nom <date>_<type>_<NOM>_<prénom>.pdf attendu, « {name} » trouvé",
            f"expected the name <date>_<type>_<NOM>_<prénom>.pdf, got {name!r}",
        )
        yield inferred("pdf-name", text, "DOC-08", at=(Quote(place, name),))
        return
    told = name.removesuffix(".pdf").replace("_", " ")
    for trait, missed in islice(_names_missing(told, inside, joined=True), 1):
        text = Text(
            f"nom du PDF : {trait.text.fr} « {missed.text} » attendu",
            f"name of the PDF: expected the {trait.text.en} {missed.text!r}",
        )
        yield official("pdf-name-of-another", text, "DOC-08", "F13", at=(Quote(place, name), missed))
