"""What sharing is good for: effects, levels and badges."""
