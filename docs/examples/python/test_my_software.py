"""Tests of my_software.py against the simulated teleservice: the fixture ``insi`` comes with banc-insi."""

import pytest
from my_software import InsiUnavailableError, look_up

ZOE = {"birth_name": "ADRUN", "first_name": "ZOE", "sex": "F", "birth_date": "1975-12-31"}


def test_a_known_person_is_found(insi):
    assert look_up(insi.soap_url, **ZOE) == "275126322074974"
    insi.assert_called(times=1, birth_name="ADRUN", code="00")


def test_nobody_is_made_up(insi):
    assert look_up(insi.soap_url, **ZOE | {"birth_name": "NOBODY"}) is None
    insi.assert_called(code="01")


def test_an_outage_is_told_and_over_at_the_next_call(insi):
    insi.when(call={"first": True}).then(fault="insi_102")
    with pytest.raises(InsiUnavailableError, match="insi_102"):
        look_up(insi.soap_url, **ZOE)
    assert look_up(insi.soap_url, **ZOE) == "275126322074974"


def test_each_call_has_fresh_identifiers(insi):
    for _ in range(2):
        look_up(insi.soap_url, **ZOE)
    insi.assert_not_called(finding="identifier-reused")
