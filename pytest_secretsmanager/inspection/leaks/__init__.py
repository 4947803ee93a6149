"""The search for leaked secret values. It names the place of a leak, and never shows the value.

The rule: a secret value leaks if a text holds it, or one of the texts and numbers inside its JSON, also of JSON inside
JSON, with eight characters or more: plain, escaped as in JSON or by `repr`, URL-encoded, in base64 or hex, or in two of
these forms nested. The values of a test count that exist, and those that were deleted, replaced, pruned or refused in
it. Names don't count: a text that equals the name, ARN, region or account of a secret, a match inside such a name or
ARN, and the texts that `ignore` lists.

`rule` has the texts that count, `values` the values of a manager, `forms` the forms, `search` joins them, and
`messages` has the text of a failure. `index`, `cut_values`, `near_ignored`, `places` and `texts` are their tools.
"""
