"""Secrets Manager, without pytest, clients or fixtures. The entry point is `service.Service`.

Docstrings and comments tag each fact about AWS with its source:

- RECORDED: a recording of AWS shows it, or a test that ran against AWS asserts it. It outranks the other tags.
- DOC: AWS documents it, in the API reference, the user guide or a page of quotas.
- REPORTED: a public issue, a pull request or an article quotes it from AWS.
- GUESS: no public source shows it, so this package decides. `tests/fidelity/ledger.toml` lists each decision.

`tests/fidelity/scenarios/` holds one scenario for each fact, and `tests/fidelity/sources.toml` explains the sources.
"""
