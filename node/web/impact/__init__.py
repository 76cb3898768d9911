"""What an organisation's sharing is good for, and what it has earned by it."""
