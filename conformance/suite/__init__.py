"""The checks, one module per group of rules. Each says which rules it verifies and what it does.

A check drives the software with the verbs of ``conformance.drivers``, with people drawn afresh, and asserts on
what INSi received and on what the software shows afterwards. Where to look: ``steps`` brings a patient to a
status, ``wire`` tells what INSi received, ``words`` names fields and compares them; the checks are short and are
meant to be read beside the text of their rule.
"""
