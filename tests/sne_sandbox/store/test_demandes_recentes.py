"""The latest demandes that fit, page after page, whatever way they are found."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from exemples_store import MOTEURS, demandes, numero, personne, peupler, stockee

from sne_interface.domain.base import Base
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.texte import plier
from sne_sandbox.store import demandes_recentes
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql
from sne_sandbox.store.demandes_recentes import Criteres, Prefixe, Repere, plus_recentes
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.registre import RegistreBase


def pages(registre: RegistreBase, criteres: Criteres, limite: int) -> Iterator[list[str]]:
    """The numbers of each page, as whoever follows « suite » reads them."""
    repere: Repere | None = None
    while True:
        page = plus_recentes(registre, criteres, limite, repere)
        yield [d.numero_unique for d in page.demandes]
        assert not page.partielle or len(page.demandes) < limite
        assert page.suite is None or page.partielle or len(page.demandes) == limite
        repere = page.suite
        if repere is None:
            return


@pytest.fixture(scope="module", params=MOTEURS)
def neuf_lu(
    request: pytest.FixtureRequest, patrons: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Magasin]:
    """One for all tests that only read it."""
    with patrons.ouvrir(request.param, tmp_path_factory.mktemp("neuf")) as magasin:
        yield peupler(magasin)


@pytest.mark.parametrize("peu", [0, 1, 1000], ids=["by date", "mixed", "sorted"])
@pytest.mark.parametrize(
    ("criteres", "rangs"),
    [
        (Criteres(), [9, 8, 7, 6, 5, 4, 3, 2, 99, 1]),
        (Criteres(numero_unique=numero(3)), [3]),
        (Criteres(personne_nom="roux"), [9, 8, 7, 6, 5]),
        (Criteres(personne_nom="ROUX", commune_souhaitee="75112"), [9, 7, 5]),
        (Criteres(commune_souhaitee="93066"), [8, 6, 4, 2]),
        (Criteres(commune_souhaitee="93066", etat=EtatDemande.ACTIVE), [8, 6, 4]),
        (Criteres(commune_souhaitee="75112", etat=EtatDemande.RADIEE), [5]),
        (Criteres(etat=EtatDemande.RADIEE), [5, 2]),
        (Criteres(etat=EtatDemande.ACTIVE), [9, 8, 7, 6, 4, 3, 99, 1]),
        (Criteres(association_nom="LES TOITS"), [99]),
        (Criteres(personne_naissance=date(1990, 1, 2)), []),
        (Criteres(numero_unique=Prefixe("11101180000")), [9, 8, 7, 6, 5, 4, 3, 2, 99, 1]),
        (Criteres(numero_unique=Prefixe("111011800000"), etat=EtatDemande.RADIEE), [5, 2]),
        (Criteres(numero_unique=Prefixe("1110118000001G1104Z")), []),
        (Criteres(nom=Prefixe("Ro")), [9, 8, 7, 6, 5]),
        (Criteres(nom=Prefixe("l")), [99]),
        (Criteres(nom="les toits"), [99]),
        (Criteres(nom="les toit"), []),
        (Criteres(association_nom=Prefixe("les t")), [99]),
        (
            Criteres(personne_nom=Prefixe("RO"), personne_prenom=Prefixe("zo"), commune_souhaitee="75112"),
            [9, 7, 5],
        ),
        (Criteres(personne_nom="Ro", personne_prenom=Prefixe("zo")), []),
        (Criteres(nom=Prefixe("Rouy")), []),
        (Criteres(nom=Prefixe("%")), []),
    ],
)
def test_the_latest_come_first_whatever_the_way(
    neuf_lu: Magasin, criteres: Criteres, rangs: list[int], peu: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demandes_recentes, "PEU", peu)
    with neuf_lu.lire("ecole") as registre:
        page = plus_recentes(registre, criteres, 50)
        assert [d.numero_unique for d in page.demandes] == [numero(rang) for rang in rangs]
        assert (page.suite, page.partielle) == (None, False)
        assert [n for page in pages(registre, criteres, 2) for n in page] == [numero(rang) for rang in rangs]


# --- drawn bases ----------------------------------------------------------------------------------------

NOMS = ("Le Gall", "Legrand", "Roux", "Rouyer", "D'Œuf", "Lê")
PRENOMS = ("Zoé", "Camille", "Jean-Marie", "Jeanne")
COMMUNES = ("75112", "93066", "92012")
PREMIER = date(2017, 12, 30)


def tirer(hasard: random.Random, rang: int) -> DemandeStockee:
    """A demande of the last days of 2017 or the first of 2018."""
    depot = PREMIER + timedelta(days=hasard.randrange(6))
    champs: dict[str, Any] = {"date_creation": depot}
    if hasard.random() < 0.3:
        champs |= {"etat": EtatDemande.RADIEE, "date_radiation": depot, "motif_radiation": "RADATT"}
    if hasard.random() < 0.2:
        champs["association"] = hasard.choice(NOMS)
    else:
        champs["titulaires"] = tuple(
            personne(role, hasard.choice(NOMS), hasard.choice(PRENOMS), f"199{hasard.randrange(3)}-01-01")
            for role in ("demandeur", "cotitulaire")[: hasard.randint(1, 2)]
        )
    codes = tuple(hasard.sample(COMMUNES, hasard.randint(1, 3)))
    return stockee(f"111{depot:%m%y}{rang:06d}G1104", communes=codes, **champs)


def criteres(hasard: random.Random) -> Criteres:
    """Of one to four criteria."""

    def mot(parmi: tuple[str, ...]) -> str:
        entier = hasard.choice(parmi)
        return hasard.choice((entier, Prefixe(entier[: hasard.randint(1, 4)])))

    possibles: dict[str, Any] = {
        "numero_unique": Prefixe(hasard.choice(("111", "1111217", "11101180000", "1110118000003G1104"))),
        "etat": hasard.choice(list(EtatDemande)),
        "depot_debut": PREMIER + timedelta(days=hasard.randrange(4)),
        "depot_fin": PREMIER + timedelta(days=hasard.randrange(2, 6)),
        "commune_souhaitee": hasard.choice(COMMUNES),
        "nom": mot(NOMS),
        "personne_nom": mot(NOMS),
        "personne_prenom": mot(PRENOMS),
        "personne_naissance": date(1990 + hasard.randrange(3), 1, 1),
        "association_nom": mot(NOMS),
    }
    return Criteres(**{nom: possibles[nom] for nom in hasard.sample(sorted(possibles), hasard.randint(1, 4))})


def convient(une: DemandeStockee, c: Criteres) -> bool:
    """Whether a demande holds the criteria: as the statements should say."""

    def dit(valeur: str | None, cherche: str | None) -> bool:
        if cherche is None or valeur is None:
            return cherche is None
        plie = plier(cherche)
        return plier(valeur).startswith(plie) if isinstance(cherche, Prefixe) else plier(valeur) == plie

    demande = une.demande
    association = demande.association.texte_de("nom") if demande.association is not None else None
    return (
        dit(une.numero_unique, c.numero_unique)
        and c.etat in (None, une.etat)
        and (c.depot_debut or date.min) <= une.date_creation <= (c.depot_fin or date.max)
        and c.commune_souhaitee in (None, *(lieu.code for lieu in demande.communes_souhaitees))
        and (c.association_nom is None or dit(association, c.association_nom))
        and (c.nom is None or any(dit(n, c.nom) for n in (association, *(p.nom for p in demande.titulaires))))
        and (
            (c.personne_nom, c.personne_prenom, c.personne_naissance) == (None, None, None)
            or any(
                dit(p.nom, c.personne_nom)
                and dit(p.prenom, c.personne_prenom)
                and c.personne_naissance in (None, p.date_naissance)
                for p in demande.titulaires
            )
        )
    )


@pytest.mark.parametrize("seed", range(2))
def test_a_drawn_search_finds_what_fits_and_no_more(
    magasin: Magasin, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that a walk through all would, whatever is few, and however little a page looks at."""
    hasard = random.Random(seed)
    stock = [tirer(hasard, rang) for rang in range(80)]
    autre = [tirer(hasard, rang) for rang in range(200, 220)]
    with magasin.ecrire("ecole") as registre:
        for demande in stock:
            registre.ajouter(demande)
    magasin.bases.creer(Base("autre"))
    with magasin.ecrire("autre") as registre:
        for demande in autre:
            registre.ajouter(demande)
    stock.sort(key=lambda d: (d.date_creation, d.numero_unique), reverse=True)
    trouvees = 0
    with magasin.lire("ecole") as registre:
        for _ in range(60):
            voulus = criteres(hasard)
            attendues = [d.numero_unique for d in stock if convient(d, voulus)]
            trouvees += len(attendues)
            monkeypatch.setattr(demandes_recentes, "PEU", hasard.choice((0, 10, 1000)))
            monkeypatch.setattr(demandes_recentes, "PARCOURUES", hasard.choice((1, 7, 79, 80, 1000)))
            lues = list(pages(registre, voulus, hasard.choice((1, 5, 50))))
            assert [n for page in lues for n in page] == attendues, voulus
    assert trouvees > 100


# --- what a page costs ----------------------------------------------------------------------------------


def test_a_page_that_looked_at_enough_says_how_far(neuf_lu: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demandes_recentes, "PEU", 0)
    monkeypatch.setattr(demandes_recentes, "PARCOURUES", 3)
    criteres = Criteres(commune_souhaitee="93066")
    with neuf_lu.lire("ecole") as registre:
        page = plus_recentes(registre, criteres, 50)
        assert [d.numero_unique for d in page.demandes] == [numero(8)]
        assert page.partielle
        assert page.suite == Repere(demandes()[6].date_creation, numero(7))
        # A full page is no partial one, and what has its own index is found without a look.
        assert not plus_recentes(registre, criteres, 1).partielle
        radiees = plus_recentes(registre, Criteres(etat=EtatDemande.RADIEE), 50)
        assert [d.numero_unique for d in radiees.demandes] == [numero(5), numero(2)]
        assert not radiees.partielle


def test_what_only_soap_asks_for_is_refused(neuf_lu: Magasin) -> None:
    with neuf_lu.lire("ecole") as registre, pytest.raises(ValueError, match="motif_demande"):
        plus_recentes(registre, Criteres(motif_demande="LOGDEC"), 50)


@pytest.mark.parametrize("neuf_lu", ["sqlite"], indirect=True)
@pytest.mark.parametrize("peu", [0, 1000])
@pytest.mark.parametrize(
    ("criteres", "instructions"),
    [
        (Criteres(), 1),
        (Criteres(etat=EtatDemande.RADIEE), 1),
        (Criteres(etat=EtatDemande.ACTIVE), 2),
        (Criteres(numero_unique=Prefixe("111")), 3),
        (Criteres(nom=Prefixe("Ro")), 3),
        (Criteres(personne_nom="Roux", personne_prenom=Prefixe("Z"), etat=EtatDemande.ACTIVE), 3),
        (Criteres(personne_prenom="Zoé", etat=EtatDemande.RADIEE), 2),
        (Criteres(personne_naissance=date(1990, 1, 1), commune_souhaitee="75112"), 4),
        (Criteres(association_nom=Prefixe("Les"), etat=EtatDemande.RADIEE), 3),
        (Criteres(commune_souhaitee="75112", depot_debut=date(2018, 1, 1)), 3),
    ],
)
def test_no_search_walks_a_table(
    neuf_lu: Magasin, criteres: Criteres, instructions: int, peu: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few statements, each over narrow indexes: the rows of `demande` are opened for what is shown alone."""
    monkeypatch.setattr(demandes_recentes, "PEU", peu)
    lues: list[tuple[str, Any]] = []
    executer = Connexion._executer

    def suivre(self: Connexion, requete: RequeteSql, parametres: Any) -> Any:
        lues.append((requete.textes["sqlite"], parametres))
        return executer(self, requete, parametres)

    with neuf_lu.lire("ecole") as registre:
        monkeypatch.setattr(Connexion, "_executer", suivre)
        trouvees = plus_recentes(registre, criteres, 1).demandes
        monkeypatch.undo()
        pris = lues[: len(lues) - len(trouvees)]
        assert len(pris) <= instructions
        for texte, parametres in pris:
            plan = registre.connexion._driver.execute(f"EXPLAIN QUERY PLAN {texte}", parametres).fetchall()
            for *_, etape in plan:
                assert not etape.startswith("SCAN") or etape == "SCAN c", (texte, etape)
                assert "(base=?)" not in etape or "COVERING" in etape, (texte, etape)
                assert "SEARCH d" not in etape or "COVERING" in etape or "PRIMARY KEY" in etape, (
                    texte,
                    etape,
                )
