"""Replies to patch mails: what is quoted, what is said, and the mail around it."""
