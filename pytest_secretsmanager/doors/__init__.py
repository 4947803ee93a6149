"""Ways in: each door turns something foreign into a Call, and an Outcome back into what its caller expects.

In process: `client` is the client half of a call; `patch` and `patch_async` bring botocore's and aiobotocore's calls to
it, `patching` puts their wrappers in place, `listeners` finds who else listens and `active` says who answers. Over
HTTP: `http` is AWS's own front, `signatures` asks who calls, `wire` reads and writes bodies, and `http_server` is the
one module that knows the server library. `guard` refuses calls that would reach AWS.
"""
