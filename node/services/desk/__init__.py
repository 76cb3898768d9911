"""Writing listings at the desk: its form, its drafts, and what is done with many of them at once."""
