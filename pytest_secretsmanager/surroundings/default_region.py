"""The region of a client that names none. Imports nothing, so that the plugin can name it without loading botocore."""

REGION_VARIABLE = "AWS_DEFAULT_REGION"
DEFAULT_REGION = "us-east-1"
"""The region if the variable names none."""
