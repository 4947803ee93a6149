"""What a test can see: secrets and versions as read-only views, the log, assertion helpers, tables."""
