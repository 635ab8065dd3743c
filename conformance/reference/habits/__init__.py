"""The reference LGO with the habits of other software: none may be accused by the suite.

``variants`` are other behaviours on the seams of the LGO. What is here sits outside it: between the bench and its driver API
(``front``, ``shapes``, ``acts``), between it and INSi (``wire``), and in the order of its requests (``strategies``).
"""
