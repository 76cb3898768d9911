"""The pages that everyone sees: listings, organisations, events, sources."""
