"""Ways in: each door turns a foreign request into a `Call`, and an `Outcome` into the answer that its caller expects.

In process: `patch` and `patch_async` are the doors for clients of botocore and aiobotocore, `patching` puts their
wrappers in place. `switchboard` knows the `responder` for a call; `wiring` makes the one switchboard of this process. A
call takes the `short_way` or the `long_way` through its client, and `answers` makes its answer. A call with a planned
fault, or above a request rate, takes the `full_way`: botocore makes `attempts`, and its `rate_limiters` wait on the
manager's clock. `internals` holds every private name of a library.
Over HTTP: `http` is the front of the service, `signatures` identifies the caller, `wire` reads and writes bodies, and
`http_server` is the one module that knows the server library. `guard` refuses calls that would reach AWS.
"""
