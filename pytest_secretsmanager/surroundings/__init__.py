"""The surroundings of a call: environment variables, the default region, and clients made by this package."""
