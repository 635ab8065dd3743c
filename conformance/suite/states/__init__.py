"""The state machine: what each event makes of each status, for people who carry many features at once."""
