"""Does the score tell the truth? What became of leads, held against what their scores said before it was known."""
