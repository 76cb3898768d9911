"""From rows to listings: what columns and cells mean, and an import from its beginning to its undoing."""
