"""IAM: policies as documents, the requests that they decide, and the decision. Pure functions, which know no secrets.

`documents` parses policies, `requests` has a request and its condition keys, `decision` decides a request.
"""
