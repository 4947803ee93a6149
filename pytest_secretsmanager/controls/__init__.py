"""The controls of a test: time, keys, rotation, replication and event handlers."""
