"""What else receives an INS: a stand-in for the DMP (XDS.b) and one for an MSSanté operator (SMTP and IMAP).

They take whatever the software sends, keep it byte for byte, and judge nothing: ``conformance.documents`` does. Their
addresses, their accounts and the way they are told what to answer are ours (inferred): no text lays down a test service.
"""

from simulator.sinks.kept import KeptLimits, Received, Sink, SinkFullError, SinkStore
from simulator.sinks.options import SinkOptions

__all__ = ["KeptLimits", "Received", "Sink", "SinkFullError", "SinkOptions", "SinkStore"]
