"""Whose events these are: visitors, epochs, leads."""
