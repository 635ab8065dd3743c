"""A port for a server that starts in a moment."""

from __future__ import annotations

import random
import socket

import pytest

from simulator.serving import free_port


def test_a_free_port_is_none_that_the_system_hands_out_by_itself():
    with socket.socket() as handed_out:
        handed_out.bind(("127.0.0.1", 0))
        own = handed_out.getsockname()[1]
    assert free_port() < 32_768 < own


def test_two_processes_that_draw_alike_are_not_given_the_same_port():
    ports = set()
    for _ in range(5):
        random.seed(1)
        ports.add(free_port())
    assert len(ports) > 1


def test_an_address_that_is_not_of_this_machine_has_none():
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1")
