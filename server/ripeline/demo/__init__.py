"""A made-up shop with a history, for the first look."""
