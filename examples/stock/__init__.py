"""A service that says what is in stock, and the Lambda function that rotates its database password."""
