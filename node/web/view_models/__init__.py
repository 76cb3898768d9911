"""What each page shows: one frozen dataclass for each template, a module for each part of the site."""
