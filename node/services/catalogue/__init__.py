"""What readers see of the catalogue: searching it, what is like what, and what is shown without being asked."""
