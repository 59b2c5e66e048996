"""Self-hosted lead scoring: a tag, a log of events, a rule file, and pages that say whom to call now."""

__version__ = "0.1.0"
