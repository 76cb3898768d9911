"""What anybody may send, how much of it and how often."""
