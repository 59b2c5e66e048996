"""The one writer thread and what it does in which order."""
