"""The admin API: `/api/v1/…`, JSON, described by `/api/v1/openapi.json`; errors are RFC 9457 problems.

An application of its own, built at the first request for it (`web/parties_au_besoin.py`). One module per
resource, each with its `blueprint`, the questions it takes (`…Schema`) and the answers it gives (frozen
dataclasses); `sne_sandbox/offres_des_paquets.py` lists them. `gestes.csv` says what each call does,
`description_openapi` which errors any call may answer. Schemathesis holds the whole document against the
server (`tests/integration/test_schemathesis.py`).
"""
