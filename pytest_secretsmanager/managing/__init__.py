"""Behind `SecretsManager`: its parts, and the functions that enter, leave, seed, decorate and roll it back.

`parts` makes the parts and joins them. Each other module has one idea and works on the parts of one manager, which the
fixture and the plugin hand over: so the user's own object shows users' names only.
"""
