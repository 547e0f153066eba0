"""Where drafts go: files here, IMAP and SMTP beside them."""
