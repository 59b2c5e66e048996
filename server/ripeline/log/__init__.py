"""The append-only event log and its bounded queue."""
