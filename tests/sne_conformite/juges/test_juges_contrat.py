"""CTR: each requirement on the document, broken one way at a time."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, NS, Banc, message, oter, poser, radiation, renouvellement, specimen, trouver

Rompues = Callable[..., set[tuple[str, str]]]
DEMANDEUR = f"{FORMULAIRE}/personnePhysique/demandeur"
NIR = f"{DEMANDEUR}/nir"


def _poser(chemin: str, valeur: str | None = None, **attributs: str) -> Callable[[Any], object]:
    return lambda racine: poser(racine, chemin, valeur, **attributs)


def _attribut(nom: str, valeur: str) -> Callable[[Any], object]:
    return lambda racine: racine.set(nom, valeur)


def _modifie(racine: Any) -> None:
    trouver(racine, f"{DEMANDEUR}/nom").set(f"{{{NS}}}modifie", "true")


def _doublons(racine: Any) -> None:
    formulaire = trouver(racine, FORMULAIRE)
    bloc = formulaire.makeelement(f"{{{NS}}}listeDoublons")
    formulaire.append(bloc)


def _commune(racine: Any) -> None:
    next(racine.iter(f"{{{NS}}}commune")).set("code", "00000")


FAUTES: dict[str, tuple[Callable[[Any], object], tuple[str, str]]] = {
    "téléphone au schéma": (
        _poser(f"{DEMANDEUR}/telPortable", "+33612345678"), ("CTR-05", "telephone"),
    ),
    "date": (_poser(f"{DEMANDEUR}/dateNaissance", "15/03/1980"), ("CTR-01", "schema_dateNaissance")),
    "attribut": (_poser("entete/typeFichier", x="1"), ("CTR-01", "schema_x")),
    "version inconnue": (_attribut("versionInterface", "09.99"), ("CTR-02", "version_inconnue")),
    "version absente": (lambda racine: racine.attrib.clear(), ("CTR-02", "version_absente")),
    "code": (_poser(f"{DEMANDEUR}/civilite", code="9"), ("CTR-03", "code_inconnu")),
    "commune": (_commune, ("CTR-04", "commune_inconnue")),
    "téléphone": (_poser(f"{DEMANDEUR}/telPortable", "06 12 34 56 78"), ("CTR-05", "telephone")),
    "modifie": (_modifie, ("CTR-06", "modifie_envoye")),
    "doublons": (_doublons, ("CTR-07", "element_du_sne")),
    "vide": (_poser(f"{FORMULAIRE}/refInterne", ""), ("CTR-08", "element_vide")),
    "nir": (_poser(NIR, "1551078005084"), ("CTR-12", "nir_mal_forme")),
    "clé": (_poser(NIR, "206127511100565"), ("CTR-12", "cle_du_nir")),
}  # fmt: skip


@pytest.mark.parametrize(("casser", "attendu"), FAUTES.values(), ids=FAUTES)
def test_un_document_fautif(
    banc: Banc, rompues: Rompues, casser: Callable[[Any], object], attendu: tuple[str, str]
) -> None:
    """Named rightly, whether the SNE refuses it or not."""
    racine = specimen("personne_seule_nir")
    casser(racine)
    banc.demander(racine)

    assert attendu in rompues(banc, pilote=True)


def test_un_document_juste(banc: Banc, rompues: Rompues, tenues: Callable[..., set[str]]) -> None:
    """Everything held by one creation."""
    banc.demander(specimen("personne_seule_nir"))

    assert rompues(banc) == set()
    assert tenues(banc) >= {f"CTR-{rang:02d}" for rang in (*range(1, 9), 12)}


def test_un_nir_faux_ne_se_lit_nulle_part(banc: Banc, constats: Callable[..., Any]) -> None:
    """A finding masks the NIR it speaks of."""
    racine = specimen("personne_seule_nir")
    poser(racine, NIR, "206127511100565")
    banc.demander(racine)

    assert "206127511100565" not in repr(constats(banc))


def test_une_deradiation_n_a_pas_de_motif_expres(banc: Banc, rompues: Rompues) -> None:
    """The empty motive is what asks for it."""
    numero, racine = banc.creer_demande()
    banc.demander(radiation(racine, numero, "RADABA"), nom="DEMG1104-201803151200-000001.xml")
    banc.demander(radiation(racine, numero, None), nom="DEMG1104-201803151200-000002.xml")

    assert rompues(banc) == set()


@pytest.mark.parametrize(
    ("casser", "sorte"),
    [
        (lambda racine: oter(racine, f"{FORMULAIRE}/numGuichet"), ("NOM-04", "guichet_absent")),
        (_poser(f"{DEMANDEUR}/telPortable", "+33612345678"), ("CTR-05", "telephone")),
        (_poser(f"{DEMANDEUR}/civilite", code="Madame la préfète"), ("CTR-03", "code_inconnu")),
    ],
)
def test_une_faute_n_est_dite_qu_une_fois(
    banc: Banc, constats: Callable[..., Any], casser: Callable[[Any], object], sorte: tuple[str, str]
) -> None:
    """By the requirement that says it best, which names the schema; and the message proves nothing more."""
    racine = specimen("personne_seule_nir")
    casser(racine)
    banc.demander(racine)
    trouves = constats(banc)

    (rompue,) = [c for c in trouves if c.chemin.endswith(("/numGuichet", "/telPortable", "/civilite"))]
    assert (rompue.exigence, rompue.sorte) == sorte
    assert rompue.phrase.endswith("Le schéma le refuse aussi (CTR-01).")
    assert not {c.exigence[:3] for c in trouves if c.tenue} & {"CTR", "VIE"}


def test_un_bloc_vide_dont_le_contenu_manque_n_est_pas_a_omettre(banc: Banc, constats: Any) -> None:
    """VIE-05 tells what to write in it: CTR-08 would have it left out."""
    numero, racine = banc.creer_demande()
    renouvelee = renouvellement(racine, numero, "2018-03-15")
    bloc = trouver(renouvelee, f"{FORMULAIRE}/renouvellement")
    for enfant in list(bloc):
        bloc.remove(enfant)
    banc.demander(renouvelee, nom="DEMG1104-201803151200-000001.xml")
    rompues = {c.exigence for c in constats(banc) if not c.tenue}

    assert "VIE-05" in rompues
    assert rompues.isdisjoint({"CTR-01", "CTR-08"})


def test_la_phrase_et_son_remede(banc: Banc, constats: Callable[..., Any]) -> None:
    racine = specimen("personne_seule")
    oter(racine, f"{DEMANDEUR}/nom")
    banc.demander(racine)

    (phrase,) = [c.phrase for c in constats(banc) if not c.tenue]
    assert phrase.startswith("L'élément obligatoire « nom » manque. → Ajoutez-le ")
    assert phrase.endswith(".")


def test_chaque_faute_de_schema_a_son_lieu(banc: Banc, constats: Callable[..., Any]) -> None:
    """Sentence in French, path, and no more than ten of them."""
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, f"{DEMANDEUR}/dateNaissance", "hier")
    for nom in ("nom", "prenom"):
        poser(racine, f"{DEMANDEUR}/{nom}", "x" * 60)
    banc.demander(racine)
    trouves = [c for c in constats(banc) if c.exigence == "CTR-01"]

    assert {c.sorte for c in trouves} == {"schema_dateNaissance", "schema_nom", "schema_prenom"}
    assert all(c.chemin.startswith("interfaceNuu/") and c.phrase for c in trouves)


def test_une_valeur_de_trop_est_montree(banc: Banc, constats: Callable[..., Any]) -> None:
    """What the journal explained gives no value; its sentence cites it."""
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, f"{DEMANDEUR}/nom", "x" * 60)
    banc.demander(racine)
    (faute,) = [c for c in constats(banc) if c.exigence == "CTR-01" and not c.tenue]
    assert faute.observe == "x" * 60
