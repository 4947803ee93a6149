"""The report of a run: the section of a failing test."""
