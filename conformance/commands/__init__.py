"""One module per command of the harness."""
