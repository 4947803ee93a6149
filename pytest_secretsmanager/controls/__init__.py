"""What a test can turn: time and keys. A control changes what the service meets; it knows no secret."""
