"""Judges that the user brings: schematrons run by Saxon, and veraPDF. Both in a process of their own, with a time limit.

Nothing of theirs is shipped: the ANS schematrons have no licence that allows it, and veraPDF needs Java.
"""

from conformance.documents.outside.judges import OutsideJudges
from conformance.documents.outside.problem import OutsideError

__all__ = ["OutsideError", "OutsideJudges"]
