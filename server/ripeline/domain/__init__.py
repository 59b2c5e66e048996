"""The nouns of lead scoring, pure: events, sessions, sources, addresses."""
