"""From the log to leads, ledger, scores and hand-offs: the only code that changes a score."""
