"""The search for leaked secret values. It names the place of a leak, and never shows the value.

`rule` has the rule for leaks, `forms` the forms in which a value is found, `places` the texts that are searched.
`index`, `texts` and `search` are their tools.
"""
