"""`temoin`: a small, honest interfaced application, and the example for vendors' adapters.

It knows the SNE by the published contract alone: SOAP 1.2 and MTOM over HTTPS with a client certificate.
It is written with the standard library and lxml: nothing of the sandbox is imported.

To read in this order: `temoin_assemble` (the parts), what an agent can do (`inscription`, `demande_suivie`,
`partage`, `releves`), how it is said (`documents_rediges`: JSON to document; `mtom`: document to bytes;
`envoi`: one message, and what became of it), how it travels (`appel_d_operation`: an exchange, tries;
`transport`), how answers are read (`reponse`, `documents_lus`). `memoire` keeps it all, `interface` is what
the contract says, `incidents` what can go wrong; `adaptateur` speaks the suite's protocol « sne-sandbox/1 ».
The defects that the suite must find in it are planted by tests (`tests/fautes/`): nothing here knows of them.
"""
