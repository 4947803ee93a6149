"""A test's view of the inside: secrets and versions, the log, assertion helpers, tables. All of it is read-only."""
