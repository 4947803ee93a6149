"""The HTML report: one file with each test, the timelines of its secrets, and its calls.

It needs Jinja2, which the extra `report` installs. `drawn_tests` takes the tests as they come, `tests` makes the data
of each test, `rendering` the page. The page loads nothing: its style and its script stand in it, and its
Content-Security-Policy allows no others.
"""
