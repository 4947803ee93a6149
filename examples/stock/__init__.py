"""A service that reports the stock, and the Lambda function that rotates its database password."""
