"""IAM: policies as documents, the requests that they decide, and the decision. Pure functions, which know no secrets.

`documents` parses policies by the grammar in `elements`, `requests` has a request and its condition keys, `decision`
decides a request: by the statements that apply (`applying`) and name the caller (`principals`), if their conditions
hold (`conditions`, `operators`). `refusals` has AWS's texts, `explanations` the reasons of this plugin.
"""
