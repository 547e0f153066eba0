"""What the service remembers: series, reviews, drafts, answers, jobs (SQLAlchemy, one database)."""
