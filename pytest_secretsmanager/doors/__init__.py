"""Ways in: each door turns a foreign request into a Call, and an Outcome back into what its caller expects.

In process: `patch` and `patch_async` wrap botocore's and aiobotocore's clients, `patching` puts their wrappers in place,
and `active` knows the `responder` for a call. A call takes the `short_way` or the `long_way` through its client, and
gets its answer from `answers`; `client_facts` holds what stays the same from call to call, and `internals` every private
name of a library.
Over HTTP: `http` is AWS's own front, `signatures` asks who calls, `wire` reads and writes bodies, and `http_server` is
the one module that knows the server library. `guard` refuses calls that would reach AWS.
"""
