"""Who somebody is and what they may do: accounts, members, signing in, and the log of who did what."""
