"""The people of an exchange: what is written to them, who answers for whom, and forgetting them."""
