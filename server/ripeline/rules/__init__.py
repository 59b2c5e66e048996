"""The rule file: read, checked and compiled; pure."""
