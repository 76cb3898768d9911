"""The database: SQLite or PostgreSQL through SQLAlchemy Core. Nothing outside this package speaks SQL."""
