"""The permissions that the logged calls need: as a policy, and against a policy.

`replay` says which requests IAM decides for a logged call. `required` makes the smallest policy of them, `refused`
finds the calls that a policy refuses, and `unused` finds the parts of a policy that no call needs.
"""
