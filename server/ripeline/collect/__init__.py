"""The door for events: parse, check, hand to the log."""
