"""Mutants of the reference LGO: mistakes that nobody has thought of, made in its code one at a time, for the suite to find.

The catalogue of defects holds what people imagined. A machine is not so polite: it drops a statement, turns a condition
round, swaps two arguments. What the suite lets live is either no mistake, or allowed by the rules, or a hole.
"""
