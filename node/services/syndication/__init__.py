"""What this node publishes for programs: feeds, calendars, downloads, and whole sites as files."""
