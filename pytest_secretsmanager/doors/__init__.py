"""Ways in: each door turns something foreign into a Call, and an Outcome back into what its caller expects."""
