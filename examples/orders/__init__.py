"""An orders service that keeps its orders in a database file and its database login in AWS Secrets Manager."""
