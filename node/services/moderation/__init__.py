"""What operators decide: what waits for their word, and what visitors report."""
