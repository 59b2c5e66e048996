"""Tables of other programs: CSV read whatever wrote it, columns and cells guessed by what they say. Pure."""
