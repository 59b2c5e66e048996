"""Calibration: why a score is what it is, and what other rules would make of the same history. Reads only."""
