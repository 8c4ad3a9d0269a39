"""The admin API: `/api/v1/…`, JSON, described by `/api/v1/openapi.json`; errors are RFC 9457 problems.

An application of its own, built at the first request for it (`web/aiguillage.py`). One module per resource,
each with its `blueprint` and its schemas; `application.RESSOURCES` lists them. An answer is declared by its
schema, the errors that every operation may answer by `description`. Schemathesis holds the whole document
against the server (`tests/integration/test_schemathesis.py`).
"""

from sne_sandbox.web.api import francais

francais.traduire()  # before any schema is declared
