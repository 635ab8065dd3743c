from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from simulator.security.assertions import find_assertions, read_psc_assertion, read_vitale_assertion
from simulator.security.refusals import AssertionRefusedError
from simulator.security.signing import (
    SigningError,
    make_ps_assertion,
    make_psc_assertion,
    make_vitale_assertion,
)

BILLING = "identifiantFacturation"


def psc(now, **options):
    options.setdefault("attributes", {BILLING: "990000001", "codeSpecialiteAMO": "10"})
    return make_psc_assertion(name_id="800000000001", issuer="CAMILLE ESSAI", issue_instant=now, **options)


def vitale(now, **options):
    return make_vitale_assertion(serial="0123456789", issuer="800000000001", issue_instant=now, **options)


@pytest.fixture
def read_psc(envelope, now):
    def run(*children, at=now):
        root = envelope(*children).root
        return read_psc_assertion(find_assertions(root).ps, root, at)

    return run


@pytest.fixture
def read_vitale(envelope, now):
    def run(*children, at=now):
        root = envelope(*children).root
        return read_vitale_assertion(find_assertions(root).vitale, root, at)

    return run


def test_a_psc_assertion_is_read_without_signature(read_psc, now):
    got = read_psc(psc(now))
    assert (got.qualifier, got.name_id, got.signed, got.certificate) == ("PSC", "800000000001", False, None)
    assert got.billing_identifier == "990000001"
    assert got.attribute("codeSpecialiteAMO") == "10"
    assert got.attribute("secteurActivite") is None


def test_several_professions_are_kept(read_psc, now):
    got = read_psc(psc(now, attributes={BILLING: "1", "gipProfessionCode": ["10", "21"]}))
    assert got.attributes["gipProfessionCode"] == ("10", "21")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("codeSpecialite", "codeSpecialiteAMO"),
        ("CodeSpecialite", "codeSpecialiteAMO"),
        ("SecteurActivite", "secteurActivite"),
    ],
)
def test_other_spellings_are_understood_and_noted(read_psc, now, spelling, name):
    got = read_psc(psc(now, attributes={BILLING: "1", spelling: "SA07"}))
    assert got.attribute(name) == "SA07"
    assert [finding.code for finding in got.findings] == ["assertion-attribute-spelling"]


@pytest.mark.parametrize(
    ("attributes", "cause"),
    [
        ({"secteurActivite": "SA07"}, r"identifiantFacturation with one value, got the attributes secteur"),
        ({"IdentifiantFacturation": "1"}, r"got the attributes IdentifiantFacturation"),
        ({BILLING: []}, r"identifiantFacturation \(0\)"),
        ({BILLING: ["1", "2"]}, r"identifiantFacturation \(2\)"),
        ({BILLING: ""}, r"identifiantFacturation with one value"),
        ({BILLING: "1", "codeSpecialite": "1", "codeSpecialiteAMO": "2"}, "under one spelling"),
        ({}, "got the attributes none"),
    ],
)
def test_the_billing_identifier_is_mandatory_and_single(read_psc, now, attributes, cause):
    with pytest.raises(AssertionRefusedError, match=cause) as refused:
        read_psc(psc(now, attributes=attributes))
    assert refused.value.fault_code == "desir_9102"


def edited(content, edit):
    root = etree.fromstring(content)
    edit(root, {str(each.tag).rpartition("}")[2]: each for each in root.iter()})
    return root


EDITS = {
    "no ID": (lambda root, _: root.attrib.pop("ID"), "attribute ID"),
    "empty ID": (lambda root, _: root.set("ID", ""), "attribute ID"),
    "ID with a space": (lambda root, _: root.set("ID", "_a b"), "attribute ID"),
    "SAML 1.1": (lambda root, _: root.set("Version", "1.1"), "Version='2.0'"),
    "no Version": (lambda root, _: root.attrib.pop("Version"), "Version='2.0'"),
    "no IssueInstant": (lambda root, _: root.attrib.pop("IssueInstant"), "IssueInstant of the form"),
    "a day alone": (lambda root, _: root.set("IssueInstant", "2026-03-02"), "IssueInstant of the form"),
    "31 February": (lambda root, _: root.set("IssueInstant", "2026-02-31T10:00:00Z"), "IssueInstant of the"),
    "year 0001 in Paris": (
        lambda root, _: root.set("IssueInstant", "0001-01-01T00:00:00+02:00"),
        "IssueInstant of the",
    ),
    "no Issuer": (lambda root, part: root.remove(part["Issuer"]), "expected Issuer"),
    "empty Issuer": (lambda _, part: setattr(part["Issuer"], "text", " "), "expected text in Issuer"),
    "no Subject": (lambda root, part: root.remove(part["Subject"]), "expected Subject"),
    "no NameID": (lambda _, part: part["Subject"].remove(part["NameID"]), "one NameID in Subject, got 0"),
    "two NameID": (
        lambda _, part: part["Subject"].append(etree.fromstring(etree.tostring(part["NameID"]))),
        "got 2",
    ),
    "two Issuer": (
        lambda root, part: root.insert(0, etree.fromstring(etree.tostring(part["Issuer"]))),
        "several",
    ),
    "Subject before Issuer": (lambda root, part: root.insert(0, part["Subject"]), "Issuer earlier"),
    "unknown part": (lambda root, _: root.append(etree.Element("other")), "got other"),
    "text between the parts": (lambda _, part: setattr(part["Issuer"], "tail", "text"), "no text between"),
    "element in NameID": (lambda _, part: part["NameID"].append(etree.Element("b")), "text in NameID, got"),
    "comment in NameID": (lambda _, part: part["NameID"].append(etree.Comment("x")), "no comment"),
    "instruction": (lambda root, _: root.append(etree.PI("x")), "no comment, processing instruction"),
    "attribute without name": (lambda _, part: part["Attribute"].attrib.pop("Name"), "with a Name"),
    "odd value": (lambda _, part: part["Attribute"].append(etree.Element("b")), "AttributeValue only"),
    "attribute twice": (
        lambda _, part: part["AttributeStatement"].append(
            etree.fromstring(etree.tostring(part["Attribute"]))
        ),
        "once, got it twice",
    ),
    "unknown qualifier": (lambda _, part: part["NameID"].set("NameQualifier", "XYZ"), "NameQualifier among"),
    "no qualifier": (lambda _, part: part["NameID"].attrib.pop("NameQualifier"), "NameQualifier among"),
}


@pytest.mark.parametrize("case", EDITS)
def test_a_malformed_assertion_is_refused_with_its_cause(read_psc, now, case):
    edit, cause = EDITS[case]
    with pytest.raises(AssertionRefusedError, match=cause) as refused:
        read_psc(edited(psc(now), edit))
    assert (refused.value.reason, refused.value.fault_code) == ("malformed", "desir_9102")


@pytest.mark.parametrize(
    ("written", "noted"),
    [
        ("2026-03-02T09:30:00Z", False),
        ("2026-03-02T09:30:00.123456789Z", False),
        ("2026-03-02T10:30:00+01:00", True),
        ("2026-03-02T09:30:00", True),
    ],
)
def test_an_issue_instant_is_read_in_utc(read_psc, now, written, noted):
    got = read_psc(edited(psc(now), lambda root, _: root.set("IssueInstant", written)))
    assert got.issue_instant.replace(microsecond=0) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert [finding.code for finding in got.findings] == (["assertion-time-zone"] if noted else [])


def with_conditions(**attributes):
    def edit(root, part):
        conditions = etree.Element(f"{{{root.nsmap['saml']}}}Conditions", attributes)
        part["Subject"].addnext(conditions)

    return edit


def test_conditions_are_honoured_and_noted(read_psc, now):
    window = with_conditions(NotBefore="2026-03-02T09:00:00Z", NotOnOrAfter="2026-03-02T10:10:00Z")
    got = read_psc(edited(psc(now), window))
    assert [finding.code for finding in got.findings] == ["assertion-conditions"]
    with pytest.raises(AssertionRefusedError, match="NotOnOrAfter later"):
        read_psc(edited(psc(now), window), at=now + timedelta(minutes=10))
    with pytest.raises(AssertionRefusedError, match="NotBefore"):
        read_psc(edited(psc(now), with_conditions(NotBefore="2026-03-02T10:06:00Z")))


def test_a_card_assertion_without_signature_is_not_a_psc_one(read_psc, now):
    with pytest.raises(AssertionRefusedError) as refused:
        read_psc(edited(psc(now), lambda _, part: part["NameID"].set("NameQualifier", "CPS")))
    assert (refused.value.reason, refused.value.fault_code) == ("not-signed", "desir_9103")


def test_a_missing_assertion_is_refused(read_psc, read_vitale, now):
    for read, other in ((read_psc, vitale(now)), (read_vitale, psc(now))):
        with pytest.raises(AssertionRefusedError) as refused:
            read(other)
        assert (refused.value.reason, refused.value.fault_code) == ("absent", "desir_9101")


def test_the_vitale_assertion_gives_the_serial_number_of_the_card(read_vitale, now):
    got = read_vitale(psc(now), vitale(now))
    assert (got.serial, got.issuer, got.findings) == ("0123456789", "800000000001", ())


def test_the_order_of_the_two_assertions_does_not_matter(envelope, now):
    root = envelope(vitale(now), psc(now)).root
    found = find_assertions(root)
    assert read_vitale_assertion(found.vitale, root, now).serial == "0123456789"
    assert read_psc_assertion(found.ps, root, now).name_id == "800000000001"


def test_a_signed_vitale_assertion_is_read_and_the_signature_noted(read_vitale, now):
    def add_signature(_, part):
        part["Issuer"].addnext(etree.Element("{http://www.w3.org/2000/09/xmldsig#}Signature"))

    got = read_vitale(edited(vitale(now), add_signature))
    assert [finding.code for finding in got.findings] == ["vitale-signature-not-verified"]


@pytest.mark.parametrize(("age", "accepted"), [(19, True), (20, True), (21, False), (-5, True), (-6, False)])
def test_a_vitale_assertion_lives_20_minutes(read_vitale, now, age, accepted):
    content = vitale(now - timedelta(minutes=age))
    if accepted:
        assert read_vitale(content).serial == "0123456789"
        return
    with pytest.raises(AssertionRefusedError) as refused:
        read_vitale(content)
    assert refused.value.fault_code == "desir_9106"


def test_an_old_assertion_says_how_old(read_vitale, now):
    with pytest.raises(AssertionRefusedError, match=r"at most 20 min before .*, 21 min before"):
        read_vitale(vitale(now - timedelta(minutes=21)))


def test_two_assertions_of_a_kind_are_refused(envelope, now):
    for pair in ((psc(now), psc(now)), (vitale(now), vitale(now))):
        with pytest.raises(AssertionRefusedError) as refused:
            find_assertions(envelope(*pair).root)
        assert refused.value.reason == "several"


def test_something_else_in_security_is_refused(envelope, now):
    with pytest.raises(AssertionRefusedError) as refused:
        find_assertions(envelope(psc(now), b"<Timestamp/>").root)
    assert refused.value.reason == "misplaced"


def test_no_security_header_means_no_assertion():
    root = etree.fromstring(
        '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>'
    )
    found = find_assertions(root)
    assert found.ps is None
    assert found.vitale is None


def test_an_identifier_used_by_anything_else_in_the_message_is_refused(read_psc, envelope, now):
    root = envelope(psc(now, assertion_id="_0")).root
    with pytest.raises(AssertionRefusedError) as refused:
        read_psc_assertion(find_assertions(root).ps, root, now)
    assert (refused.value.reason, refused.value.fault_code) == ("duplicate-id", "desir_9102")


def test_an_assertion_is_made_from_usable_material_only(pem, now):
    certificate, key = pem("cps")
    options = {"attributes": {BILLING: "1"}, "issue_instant": now}
    for wrong in ((b"", key), (certificate, b""), (key, certificate)):
        with pytest.raises(SigningError):
            make_ps_assertion(*wrong, **options)
    with pytest.raises(SigningError, match="aware"):
        make_ps_assertion(certificate, key, **{**options, "issue_instant": datetime(2026, 1, 1)})  # noqa: DTZ001 - the naive time is the point
