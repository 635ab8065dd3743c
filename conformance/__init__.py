"""The conformance harness of banc-insi: rules, suite, drivers, reference LGO, load and reports."""
