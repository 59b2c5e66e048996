"""What must be told to the outside, as rows, and later its delivery."""
