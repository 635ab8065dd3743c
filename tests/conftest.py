"""What holds for all tests: Ctrl-C reaches the programs that they start."""

from __future__ import annotations

import signal

# A shell that runs the tests in the background ignores SIGINT, and every process below inherits that. Tests that
# interrupt a program would then wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
