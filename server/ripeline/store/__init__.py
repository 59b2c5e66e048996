"""All SQL, and the only place that has any."""
