"""Is everything working? What is looked at, what is said of it, and who is told."""
