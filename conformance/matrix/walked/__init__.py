"""What the lives of the suite walk through: which acts are done on which files, and whether anybody looks afterwards.

A vendor's mistake has mostly this form: when an act is done on a file of a certain condition, something is lost. It is seen
only where a check does the act on such a file and reads it before the next act. ``python -m conformance.matrix.walked``
runs the suite on the correct reference LGO and tells which pairs of act and condition no check walks through.
"""
