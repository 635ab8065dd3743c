"""The header blocks of a request: which there are, whom they address, their SOAP attributes and their form.

SOAP 1.2 lets any header block carry ``mustUnderstand``, ``role``, ``relay`` and ``encodingStyle`` (part 1, §5.2), and has them ignored below
a block and in the body. The published schemas declare none of them: they are read here, and taken out of the tree before it is
validated. Assertions are left as they are, a signature covers them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from lxml import etree

from simulator.contract.evidence import EvidenceLevel
from simulator.contract.faults import FaultError
from simulator.contract.messages import Finding
from simulator.contract.names import CTXBAM, CTXLPS, SOAP12, WSA, WSSE, XSI
from simulator.values import value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.contract.messages import Contexts

ACTION: Final = f"{{{WSA}}}Action"
MESSAGE_ID: Final = f"{{{WSA}}}MessageID"
CONTEXT_BAM: Final = f"{{{CTXBAM}}}ContexteBAM"
CONTEXT_LPS: Final = f"{{{CTXLPS}}}ContexteLPS"
SECURITY: Final = f"{{{WSSE}}}Security"

NOT_UNDERSTOOD: Final = "must-understand"
"""Code of the finding about a mandatory block that is not known, for who refuses it."""

_SINGLE: Final = {
    ACTION: "wsa:Action",
    MESSAGE_ID: "wsa:MessageID",
    CONTEXT_BAM: "ContexteBAM",
    CONTEXT_LPS: "ContexteLPS",
    SECURITY: "wsse:Security",
}
"""The blocks that are read, each at most once."""
_REPLIES: Final = (f"{{{WSA}}}ReplyTo", f"{{{WSA}}}FaultTo")
_UNDERSTOOD: Final = frozenset(
    {*_SINGLE, *_REPLIES, *(f"{{{WSA}}}{name}" for name in ("To", "From", "RelatesTo"))}
)
"""What a mandatory block may be without a word: those that are read, and the WS-Addressing ones, which clients with addressing switched on
(JAX-WS, WCF) send as mandatory and whose default on HTTP is what the service does (inferred)."""

_HEADER: Final = f"{{{SOAP12}}}Header"
_BODY: Final = f"{{{SOAP12}}}Body"
_MUST_UNDERSTAND: Final = f"{{{SOAP12}}}mustUnderstand"
_ROLE: Final = f"{{{SOAP12}}}role"
_ENCODING_STYLE: Final = f"{{{SOAP12}}}encodingStyle"
_RELAY: Final = f"{{{SOAP12}}}relay"
_SOAP_ATTRIBUTES: Final = (_MUST_UNDERSTAND, _ROLE, _RELAY, _ENCODING_STYLE)
_MARKS: Final = tuple(name.rpartition("}")[2].encode() for name in _SOAP_ATTRIBUTES)
_NIL: Final = f"{{{XSI}}}nil"

_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}
"""The lexical forms of an ``xsd:boolean``, once white space is collapsed."""
_OUR_ROLES: Final = frozenset({"", f"{SOAP12}/role/next", f"{SOAP12}/role/ultimateReceiver"})
"""Absent and empty are the ultimate receiver (SOAP 1.2 part 1, §5.2.2), which the service is."""
_REPLY_ADDRESSES: Final = frozenset({f"{WSA}/anonymous", f"{WSA}/none"})

_UUID_FORM: Final = re.compile(r"uuid:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LPS_FORM: Final = re.compile(r"urn:lps:[^:\s][^:]*(?::\S.*)?", re.DOTALL)
_VERSIONS: Final = ((CONTEXT_BAM, "ContexteBAM", "01_02"), (CONTEXT_LPS, "ContexteLPS", "01_00"))


@value(frozen=True, slots=True)
class Headers:
    """The header blocks that are read, by tag, and what was noticed about all of them."""

    blocks: dict[str, etree._Element]
    findings: tuple[Finding, ...] = ()

    def text(self, tag: str) -> str | None:
        """Return the text of a block without the white space around it, ``None`` when there is none."""
        element = self.blocks.get(tag)
        if element is None or element.text is None:
            return None
        return element.text.strip() or None


def read_headers(root: etree._Element, message: bytes) -> Headers:
    """Read the header blocks of an envelope, and take the SOAP attributes out of the tree.

    A block for another role is not ours to read; when there is no other of its name it is read all the same, which is noted
    (inferred: not established for the gateway).

    Args:
        root: the envelope.
        message: its bytes.

    Raises:
        FaultError: a block that is read stands there twice (desir_9007), or an attribute is no boolean (desir_9003).
    """
    header = root.find(_HEADER)
    if header is None:
        return Headers({})
    # One by one: the alternation of a regular expression would step through the message byte by byte.
    marked = any(map(message.__contains__, _MARKS))
    ours, others, findings = _by_role(header, marked=marked)
    for tag in _SINGLE.keys() & (others.keys() - ours.keys()):
        ours[tag] = others[tag]
        findings.append(_for_another(_SINGLE[tag], " ".join(others[tag].get(_ROLE, "").split())))
    for element in header.findall(SECURITY):
        # A Security for somebody else on the way may stand beside ours (WS-Security §5); nothing of it is believed.
        if element is not ours[SECURITY]:
            header.remove(element)
    if marked:
        findings += _without_soap_attributes(root)
    security = ours.get(SECURITY)
    if security is not None and len(security) == 0:
        security.attrib.pop(_NIL, "")  # as empty as without: tolerated where an empty one is
    if not ours.keys().isdisjoint(_REPLIES):
        findings += _reply_findings(ours)
    return Headers(ours, tuple(findings))


def _by_role(
    header: etree._Element, *, marked: bool
) -> tuple[dict[str, etree._Element], dict[str, etree._Element], list[Finding]]:
    """Return the blocks for us, the first of each name for others, and what is not understood."""
    ours: dict[str, etree._Element] = {}
    others: dict[str, etree._Element] = {}
    findings: list[Finding] = []
    for element in header.iterchildren(etree.Element):
        tag = str(element.tag)
        role, mandatory = _attributes(element) if marked else ("", False)
        if role not in _OUR_ROLES:
            others.setdefault(tag, element)
            continue
        if tag in _SINGLE and tag in ours:
            raise FaultError(
                "desir_9007",
                f"expected one header {_SINGLE[tag]}, got several",
                label=f"L'en-tête {_SINGLE[tag]} figure plusieurs fois dans le message",
            )
        ours[tag] = element
        if mandatory and tag not in _UNDERSTOOD:
            findings.append(_not_understood(tag))
    return ours, others, findings


def other_addressing(headers: Headers) -> str:
    """Return a hint when the WS-Addressing of a call is of another version than the service speaks; else nothing."""
    for tag in headers.blocks:
        namespace = etree.QName(tag).namespace or ""
        if namespace != WSA and "/addressing" in namespace:
            return f"; {namespace} is another version of WS-Addressing, the service speaks {WSA}"
    return ""


def form_findings(headers: Headers, contexts: Contexts, message_id: str) -> Iterator[Finding]:
    """Note what the form of the blocks departs from; the schema has said that the contexts are there."""
    if not _UUID_FORM.fullmatch(message_id):
        yield Finding(
            code="message-id-form",
            fr=f"wsa:MessageID attendu sous la forme uuid:<uuid>, reçu {message_id[:80]} (un UUID seul est toléré par la passerelle réelle)",
            en=f"expected wsa:MessageID of the form uuid:<uuid>, got {message_id[:80]} (a bare UUID is tolerated by the real gateway)",
            evidence=EvidenceLevel.OBSERVED,
        )
    name = contexts.lps_name
    if name is None or not _LPS_FORM.fullmatch(name):
        yield Finding(
            code="lps-name-form",
            fr=f"LPS/Nom attendu sous la forme urn:lps:<nom>:<version>, reçu {(name or 'aucun')[:80]}",
            en=f"expected LPS/Nom of the form urn:lps:<name>:<version>, got {(name or 'none')[:80]}",
            evidence=EvidenceLevel.OBSERVED,
        )
    for block, time in (("ContexteBAM", contexts.bam_time), ("ContexteLPS", contexts.lps_time)):
        if not time.endswith("Z") and time[-6:-5] not in {"+", "-"}:
            yield Finding(
                code="context-time-zone",
                fr=f"{block} : Temps sans fuseau, {time[:40]} ; les clients réels l'envoient en temps universel (…Z)",
                en=f"{block}: Temps without a zone, {time[:40]}; real clients send it in universal time (…Z)",
                evidence=EvidenceLevel.OBSERVED,
            )
    for block, identifier in (("ContexteBAM", contexts.bam_id), ("ContexteLPS", contexts.lps_id)):
        if not identifier.strip():
            yield Finding(
                code="context-id-empty",
                fr=f"{block} : Id vide ; les clients réels y mettent un UUID neuf à chaque appel",
                en=f"{block}: empty Id; real clients put a fresh UUID there in each call",
                evidence=EvidenceLevel.OBSERVED,
            )
    for tag, block, expected in _VERSIONS:
        got = headers.blocks[tag].get("Version")
        if got != expected:
            yield Finding(
                code="context-version",
                fr=f"{block} : Version {expected} attendue, reçue {got}",
                en=f"{block}: expected Version {expected}, got {got}",
                evidence=EvidenceLevel.OFFICIAL,
            )
    security = headers.blocks.get(SECURITY)
    if security is not None and len(security) == 0:
        yield Finding(
            code="security-empty",
            fr="wsse:Security vide : contraire au schéma, toléré par la passerelle réelle",
            en="empty wsse:Security: against the schema, tolerated by the real gateway",
            evidence=EvidenceLevel.OBSERVED,
        )


def _attributes(block: etree._Element) -> tuple[str, bool]:
    """Return the role that a block addresses, and whether it must be understood."""
    values = {}
    for name in (_MUST_UNDERSTAND, _RELAY):
        text = block.get(name)
        if text is None:
            continue
        value = _BOOLEANS.get(text.strip(" \t\r\n"))
        if value is None:
            local = etree.QName(name).localname
            raise FaultError(
                "desir_9003",
                f"line {block.sourceline}: expected soap:{local} of {block.tag!s} to be true, false, 1 or 0, got {text[:40]!r}",
            )
        values[name] = value
    return " ".join(block.get(_ROLE, "").split()), values.get(_MUST_UNDERSTAND, False)


def _without_soap_attributes(root: etree._Element) -> Iterator[Finding]:
    frame = [root, *(part for name in (_HEADER, _BODY) for part in root.iterchildren(name))]
    for part in frame:
        if part.attrib.pop(_ENCODING_STYLE, None) is not None:
            yield _encoding_style(etree.QName(part).localname)
    for parent in frame[1:]:
        for block in parent.iterchildren(etree.Element):
            for element in (block,) if block.tag == SECURITY else block.iter(etree.Element):
                for name in _SOAP_ATTRIBUTES:
                    element.attrib.pop(name, "")


def _encoding_style(name: str) -> Finding:
    return Finding(
        code="encoding-style",
        fr=f"soap:encodingStyle sur {name} : SOAP 1.2 ne l'y permet pas (SOAP 1.1 oui) ; ce que fait la passerelle réelle n'est pas établi",
        en=f"soap:encodingStyle on {name}: SOAP 1.2 does not allow it there (SOAP 1.1 does); what the real gateway does is not established",
        evidence=EvidenceLevel.INFERRED,
    )


def _not_understood(tag: str) -> Finding:
    return Finding(
        code="must-understand",
        fr=f"En-tête obligatoire (mustUnderstand) que le service ne connaît pas : {tag[:200]}. SOAP 1.2 demande une faute MustUnderstand ; ce que répond la passerelle réelle n'est pas établi",
        en=f"mandatory header (mustUnderstand) that the service does not know: {tag[:200]}. SOAP 1.2 asks for a MustUnderstand fault; what the real gateway answers is not established",
        evidence=EvidenceLevel.INFERRED,
    )


def _for_another(name: str, role: str) -> Finding:
    return Finding(
        code="header-role",
        fr=f"En-tête {name} adressé à un autre rôle ({role[:120]}) : lu quand même, ce que fait la passerelle réelle n'est pas établi",
        en=f"header {name} addressed to another role ({role[:120]}): read all the same, what the real gateway does is not established",
        evidence=EvidenceLevel.INFERRED,
    )


def _reply_findings(blocks: dict[str, etree._Element]) -> Iterator[Finding]:
    """Note a reply address that is not the connection itself: the answer comes back on the connection whatever it is."""
    for tag in _REPLIES:
        element = blocks.get(tag)
        address = "" if element is None else (element.findtext(f"{{{WSA}}}Address") or "").strip()
        if address and address not in _REPLY_ADDRESSES:
            name = etree.QName(tag).localname
            yield Finding(
                code="reply-address",
                fr=f"wsa:{name} demande une réponse à {address[:120]} : la réponse revient toujours sur la connexion de l'appel",
                en=f"wsa:{name} asks for an answer at {address[:120]}: the answer always comes back on the connection of the call",
                evidence=EvidenceLevel.INFERRED,
            )
