"""The console: what the server holds, shown and taught in French pages.

An application of its own, built at the first request for one of its pages (`web/parties_au_besoin.py`): a
server that only answers SOAP never imports it. It shares the `Services` of the main application
(its `extensions["sne"]`).

To add a section (say `regles`):

1. `page_regles.py` and its views, imported when one is asked for: `adresses.csv` says where each is, below
   `/console/<base>/`; it takes `base: str` (a base that does not exist is 404 before the view). A row
   `section` of `sne_sandbox/offres_des_paquets.csv` gives it a place beside its neighbours, under an entry of
   the menu; `gestes.csv` or `web/droits.csv` says who may open it.
2. `templates/regles/page.html`: `{% extends "_page.html" %}`, macros from `_macros.html`; styles and scripts
   of its own in `static/regles.css` and `.js`, loaded by the block `tete`.
3. A change is a POST form: `{% call m.formulaire(url_for(…)) %}`, which carries the CSRF token and says so to
   who may only read; the view answers by `apres_action(…)` (303 and a sentence).
4. `tests/sne_console/pages/test_page_regles.py`, over the fixtures `page` and `envoyer` of
   `tests/visite_de_la_console.py`.
"""
