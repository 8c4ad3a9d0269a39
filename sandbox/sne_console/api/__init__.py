"""The admin API: `/api/v1/…`, JSON, described by `/api/v1/openapi.json`; errors are RFC 9457 problems.

An application of its own, built at the first request for it (`web/aiguillage.py`). One module per resource,
each with its `blueprint`, the questions it takes (`…Schema`) and the answers it gives (frozen dataclasses);
`application.RESSOURCES` lists them. What each call does is said in `gestes.py`, the errors that any may
answer in `description`. Schemathesis holds the whole document against the server
(`tests/integration/test_schemathesis.py`).
"""
