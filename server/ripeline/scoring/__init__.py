"""The meaning of the rules: events in, ledger lines and scores out; pure."""
