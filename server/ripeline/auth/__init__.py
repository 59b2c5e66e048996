"""Who may do what: people, sign-in, tokens."""
