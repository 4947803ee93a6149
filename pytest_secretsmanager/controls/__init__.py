"""What a test can turn: time, keys, rotation and replication."""
