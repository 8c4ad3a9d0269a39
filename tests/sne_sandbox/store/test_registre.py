from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from ecritures import vider
from exemples_store import GUICHETS, personne, radiation, stockee

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import DemandeStockee, EtatDemande, NumeroUnique, Personne
from sne_interface.domain.element_recu import Element
from sne_interface.domain.evenement import Evenement
from sne_interface.errors import StoreError
from sne_sandbox.store import registre as registre_store
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir
from sne_sandbox.store.registre import Trace

N = [f"1110318{rang:06d}G1104" for rang in range(1, 10)]
INSTANT = datetime(2018, 6, 1, 12, 0, 0, 123456, tzinfo=PARIS)


def _sans_vue(stockee: DemandeStockee | None) -> DemandeStockee:
    """Views do not compare: the document they show does."""
    assert stockee is not None
    return replace(stockee, demande=None)  # type: ignore[arg-type]


def _ajouter(magasin: Magasin, *demandes: DemandeStockee) -> None:
    with magasin.ecrire("ecole") as registre:
        for demande in demandes:
            registre.ajouter(demande)


def _titulaires(*elements: Element) -> tuple[Personne, ...]:
    return tuple(Personne(element) for element in elements)


# --- numbers -------------------------------------------------------------------------------------------


def test_the_sequence_restarts_each_month_and_territory(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        tires = [
            registre.prochain_numero(territoire, jour, guichet)
            for territoire, jour, guichet in (
                ("111", date(2018, 3, 1), "G1104"),
                ("111", date(2018, 3, 31), "GDPUB"),
                ("111", date(2018, 4, 1), "G1104"),
                ("02A", date(2018, 3, 1), "G1104"),
                ("111", date(1918, 3, 1), "G1104"),
            )
        ]
    assert tires == [
        "1110318000001G1104",
        "1110318000002GDPUB",
        "1110418000001G1104",
        "02A0318000001G1104",
        "1110318000003G1104",
    ]
    assert all(NumeroUnique.lire(numero) for numero in tires)


def test_a_number_is_not_used_up_by_a_transaction_rolled_back(magasin: Magasin) -> None:
    with pytest.raises(ZeroDivisionError), magasin.ecrire("ecole") as registre:  # noqa: PT012
        registre.ajouter(stockee(registre.prochain_numero("111", date(2018, 3, 1), "G1104")))
        raise ZeroDivisionError
    with magasin.ecrire("ecole") as registre:
        assert registre.compter() == 0
        assert registre.prochain_numero("111", date(2018, 3, 1), "G1104") == N[0]


def test_a_full_month_is_said(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sne_sandbox.store.registre._SEQUENCE_MAX", 1)
    with magasin.ecrire("ecole") as registre:
        registre.prochain_numero("111", date(2018, 3, 1), "G1104")
        with pytest.raises(StoreError, match="1110318"):
            registre.prochain_numero("111", date(2018, 3, 1), "G1104")


# --- one by one ----------------------------------------------------------------------------------------


def test_a_demande_comes_back_as_it_was_stored(magasin: Magasin) -> None:
    complete = stockee(
        N[0],
        etat=EtatDemande.RADIEE,
        guichet_dernier="G7501",
        touchee_par_autrui=True,
        date_renouvellement=date(2018, 5, 1),
        date_radiation=date(2018, 6, 1),
        motif_radiation="RADATT",
        radiation=radiation("RADATT", reservataire="AUCUN", commune="75112"),
        radiation_enregistree_le=INSTANT,
        information_dalo=b"<informationDalo/>",
        statut_dalo="ACTIF",
        dalo_enregistre_le=INSTANT,
        numero_associe=N[1],
        revision=3,
    )
    _ajouter(magasin, complete, stockee(N[1]))
    with magasin.lire("ecole") as registre:
        lue = registre.demande(N[0])
        assert _sans_vue(lue) == _sans_vue(complete)
        assert lue is not None
        assert [p.prenom for p in lue.demande.titulaires] == ["Éloïse"]
        assert registre.demande(N[0]) is lue
        assert not registre.demande(N[1]).touchee_par_autrui  # type: ignore[union-attr]
        assert registre.demande(N[2]) is None


def test_a_naive_instant_is_refused(magasin: Magasin) -> None:
    with pytest.raises(ValueError, match="aware"), magasin.lire("ecole") as registre:
        registre.radiees_depuis(datetime(2018, 6, 1))


def test_replacing_replaces_what_searches_see(magasin: Magasin) -> None:
    ancien, nouveau = (
        personne("demandeur", "Avant", "A", "1980-01-01"),
        personne("demandeur", "Après", "A", "1980-01-01"),
    )
    _ajouter(magasin, stockee(N[0], titulaires=(ancien,)))
    with magasin.ecrire("ecole") as registre:
        assert len(registre.doublons("111", _titulaires(ancien))) == 1
        lue = registre.demande(N[0])
        assert lue is not None
        ecrite = registre.remplacer(replace(stockee(N[0], titulaires=(nouveau,)), guichet_dernier="G7501"))
        assert ecrite.revision == 2
        assert registre.doublons("111", _titulaires(ancien)) == []
    with magasin.lire("ecole") as registre:
        (trouvee,) = registre.doublons("111", _titulaires(nouveau))
        assert (trouvee.revision, trouvee.guichet_dernier) == (2, "G7501")


def test_a_lost_update_is_refused(magasin: Magasin) -> None:
    _ajouter(magasin, stockee(N[0]))
    with magasin.lire("ecole") as registre:
        lue = registre.demande(N[0])
    assert lue is not None
    with magasin.ecrire("ecole") as registre:
        registre.remplacer(lue)
    with pytest.raises(StoreError, match="révision 1"), magasin.ecrire("ecole") as registre:
        registre.remplacer(lue)
    with pytest.raises(StoreError, match="disparu"), magasin.ecrire("ecole") as registre:
        registre.remplacer(stockee(N[5]))


def test_a_demande_deleted_takes_its_rows_along(magasin: Magasin) -> None:
    _ajouter(magasin, stockee(N[0]), stockee(N[1], association="Toit"))
    with magasin.ecrire("ecole") as registre:
        registre.ajouter_evenement(_evenement(N[0]))
        assert registre.supprimer(N[0])
        assert not registre.supprimer(N[0])
    with magasin.lire("ecole") as registre:
        assert [s.numero_unique for s in parcourir(registre)] == [N[1]]
        assert registre.evenements(N[0]) == []
    with magasin.transaction(ecriture=False) as connexion:
        for table in ("demande_personne", "demande_commune", "demande_motif"):
            lignes = connexion.sa.exec_driver_sql(f"SELECT numero_unique FROM {table}").scalars()
            assert N[0] not in set(lignes)


def test_the_same_number_twice_is_a_mistake_of_ours(magasin: Magasin) -> None:
    _ajouter(magasin, stockee(N[0]))
    with pytest.raises(Exception, match=r"(?i)unique") as erreur:
        _ajouter(magasin, stockee(N[0]))
    assert type(erreur.value).__name__ in ("IntegrityError", "UniqueViolation")


def test_a_register_opened_to_be_read_does_not_write(magasin: Magasin) -> None:
    for action in (
        lambda r: r.ajouter(stockee(N[0])),
        lambda r: r.remplacer(stockee(N[0])),
        lambda r: r.supprimer(N[0]),
        lambda r: r.prochain_numero("111", date(2018, 3, 1), "G1104"),
        lambda r: r.noter_nuit(date(2018, 3, 1)),
    ):
        with magasin.lire("ecole") as registre, pytest.raises(RuntimeError):
            action(registre)


def test_all_demandes_page_after_page(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sne_sandbox.store.recherche_de_demandes._PAGE", 2)
    _ajouter(
        magasin, *(stockee(numero) for numero in reversed(N[:4])), stockee(N[4], etat=EtatDemande.RADIEE)
    )
    with magasin.lire("ecole") as registre:
        assert [s.numero_unique for s in parcourir(registre)] == N[:5]
        assert (registre.compter(), registre.compter(actives=True)) == (5, 4)


# --- duplicates, NIR, references --------------------------------------------------------------------------


def test_duplicates_fold_names_and_look_at_all_holders(magasin: Magasin) -> None:
    seule = personne("demandeur", "D'Œuf-Le Gall", "Éloïse", "1980-02-29", patronyme="Roux")
    couple = (
        personne("demandeur", "Autre", "Jean", "1979-01-01"),
        personne("cotitulaire", "doeuf le gall", "ELOISE", "1980-02-29", patronyme="Blanc"),
    )
    _ajouter(
        magasin,
        stockee(N[1], titulaires=couple),
        stockee(N[0], titulaires=(seule,)),
        stockee(N[2], titulaires=(seule,), etat=EtatDemande.RADIEE),
        stockee(N[3], titulaires=(seule,), communes=("62041",)),
        stockee(N[4], titulaires=(personne("demandeur", "Doeuf Le Gall", "Eloise", "1980-03-01"),)),
        stockee(N[5], association="Doeuf Le Gall"),
    )
    with magasin.lire("ecole") as registre:
        cherchee = _titulaires(
            personne("demandeur", "DOEUF LE GALL", "éloïse", "1980-02-29", patronyme="ROUX")
        )
        assert [s.numero_unique for s in registre.doublons("111", cherchee)] == [N[0], N[1]]
        assert [s.numero_unique for s in registre.doublons("111", cherchee, sauf=[N[0]])] == [N[1]]
        assert [s.numero_unique for s in registre.doublons("062", cherchee)] == [N[3]]
        assert [s.numero_unique for s in registre.doublons("111", cherchee, patronymiques=True)] == [N[0]]
        both = cherchee + _titulaires(personne("cotitulaire", "autre", "jean", "1979-01-01"))
        assert [s.numero_unique for s in registre.doublons("111", both)] == [N[0], N[1]]


def test_who_lacks_a_name_or_a_birth_date_matches_nobody(magasin: Magasin) -> None:
    vides = (
        personne("demandeur", "", "Jean", "1979-01-01"),
        personne("demandeur", "Roux", "", "1979-01-01"),
        personne("demandeur", "Roux", "Jean", ""),
    )
    _ajouter(magasin, *(stockee(N[i], titulaires=(vide,)) for i, vide in enumerate(vides)))
    with magasin.lire("ecole") as registre:
        for nes in (False, True):
            assert registre.doublons("111", _titulaires(*vides), patronymiques=nes) == []


def test_a_demande_just_added_is_a_duplicate_in_the_same_transaction(magasin: Magasin) -> None:
    qui = personne("demandeur", "Roux", "Jean", "1979-01-01")
    with magasin.ecrire("ecole") as registre:
        assert registre.doublons("111", _titulaires(qui)) == []
        registre.ajouter(stockee(N[0], titulaires=(qui,)))
        assert [s.numero_unique for s in registre.doublons("111", _titulaires(qui))] == [N[0]]


def test_who_holds_a_nir(magasin: Magasin) -> None:
    qui = personne("demandeur", "Roux", "Jean", "1979-01-01", nir="206127511100564")
    autre = personne("cotitulaire", "Roux", "Jean", "1979-01-01", nir="206127511100564")
    nirs = charger().roles.demande.nirs
    demandes = (
        stockee(N[0], titulaires=(qui,)),
        stockee(N[1], titulaires=(qui,), etat=EtatDemande.RADIEE),
        stockee(N[2], titulaires=(personne("demandeur", "A", "B", "1979-01-01"), autre)),
    )
    with magasin.ecrire("ecole") as registre:
        for demande in demandes:
            registre.ajouter(demande, nirs(demande.demande))
    with magasin.lire("ecole") as registre:
        assert registre.demandes_du_nir("111", "206127511100564") == [N[0], N[2]]
        assert registre.demandes_du_nir("111", "206127511100564", sauf=[N[2]]) == [N[0]]
        assert registre.demandes_du_nir("062", "206127511100564") == []


def test_a_change_that_says_no_nir_keeps_those_of_before(magasin: Magasin) -> None:
    nir, autre = "206127511100564", "279016211100181"
    qui = personne("demandeur", "Roux", "Jean", "1979-01-01")
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(N[0], titulaires=(qui,)), (nir,))
    with magasin.ecrire("ecole") as registre:
        registre.remplacer(stockee(N[0], titulaires=(qui,)))
        assert registre.demandes_du_nir("111", nir) == [N[0]]
    with magasin.ecrire("ecole") as registre:
        registre.remplacer(stockee(N[0], titulaires=(qui,), revision=2), (autre,))
    with magasin.lire("ecole") as registre:
        assert registre.demandes_du_nir("111", nir) == []
        assert registre.demandes_du_nir("111", autre) == [N[0]]


def test_a_reference_belongs_to_its_guichet_and_to_active_demandes(magasin: Magasin) -> None:
    _ajouter(
        magasin,
        stockee(N[0], ref_interne="R-1", etat=EtatDemande.RADIEE),
        stockee(N[1], ref_interne="R-1", guichet_createur="G7501"),
        stockee(N[2], ref_interne="R-1", guichet_dernier="G7501"),
    )
    with magasin.lire("ecole") as registre:
        assert registre.demande_de_reference("G1104", "R-1") == N[2]
        assert registre.demande_de_reference("G7501", "R-1") == N[1]
        assert registre.demande_de_reference("G7501", "R-2") is None


# --- feeds and nights ---------------------------------------------------------------------------------------


def test_radiations_since_an_instant_included_oldest_first(magasin: Magasin) -> None:
    def radiee(numero: str, apres: int, **champs: object) -> DemandeStockee:
        return stockee(
            numero,
            etat=EtatDemande.RADIEE,
            radiation_enregistree_le=INSTANT + timedelta(microseconds=apres),
            **({"motif_radiation": "RADDEM"} | champs),
        )

    attribution = radiation("RADATT", reservataire="PPRIOR", commune="75112")
    _ajouter(
        magasin,
        radiee(N[3], 5),
        radiee(N[1], 0),
        radiee(N[0], 0, motif_radiation="RADATT", radiation=attribution, statut_dalo="ACTIF"),
        radiee(N[2], -1),
        stockee(N[4]),
    )
    with magasin.lire("ecole") as registre:
        # The same moment, written in another time zone.
        depuis = INSTANT.astimezone(UTC)
        assert [s.numero_unique for s in registre.radiees_depuis(depuis)] == [N[0], N[1], N[3]]
        assert [s.numero_unique for s in registre.radiees_depuis(depuis, motif_radiation="RADDEM")] == [
            N[1],
            N[3],
        ]
        assert [s.numero_unique for s in registre.radiees_depuis(depuis, statut_dalo="ACTIF")] == [N[0]]
        assert [s.numero_unique for s in registre.radiees_depuis(depuis, type_reservataire="PPRIOR")] == [
            N[0]
        ]
        tous = {"motif_radiation": "RADDEM", "statut_dalo": "ACTIF", "type_reservataire": "PPRIOR"}
        assert registre.radiees_depuis(depuis, **tous) == []


def test_dalo_declarations_since_an_instant(magasin: Magasin) -> None:
    _ajouter(
        magasin,
        stockee(N[2], dalo_enregistre_le=INSTANT, statut_dalo="ACTIF"),
        stockee(N[0], dalo_enregistre_le=INSTANT + timedelta(hours=1), statut_dalo="NON"),
        stockee(N[1], dalo_enregistre_le=INSTANT - timedelta(hours=1), statut_dalo="ACTIF"),
        stockee(N[3]),
    )
    with magasin.lire("ecole") as registre:
        assert [s.numero_unique for s in registre.daloes_depuis(INSTANT)] == [N[2], N[0]]


# --- events ------------------------------------------------------------------------------------------------


def _evenement(numero: str, **champs: object) -> Evenement:
    valeurs: dict[str, object] = {
        "identifiant": 0,
        "numero_unique": numero,
        "code_type": "VISITE",
        "auteur_creation": "G1104",
        "cree_le": INSTANT,
        "nature": "CRE",
        "date_survenance": date(2018, 5, 31),
        "commentaire": "Visite de l'appartement",
        "caracteristiques": (("RANG", "1"), ("RANG", "2")),
    }
    return Evenement(**(valeurs | champs))  # type: ignore[arg-type]


def test_events_are_numbered_changed_and_listed(magasin: Magasin) -> None:
    _ajouter(magasin, stockee(N[0]), stockee(N[1]))
    with magasin.ecrire("ecole") as registre:
        premier = registre.ajouter_evenement(_evenement(N[0]))
        second = registre.ajouter_evenement(_evenement(N[0], commentaire=None, date_survenance=None))
        autre = registre.ajouter_evenement(_evenement(N[1]))
        assert len({premier, second, autre}) == 3
        modifie = replace(
            _evenement(N[0]),
            identifiant=premier,
            nature="SUP",
            auteur_modification="G7501",
            modifie_le=INSTANT + timedelta(seconds=1),
        )
        registre.modifier_evenement(modifie)
        with pytest.raises(StoreError, match="999"):
            registre.modifier_evenement(replace(modifie, identifiant=999))
    with magasin.lire("ecole") as registre:
        assert registre.evenement(premier) == modifie
        assert registre.evenements(N[0]) == [
            modifie,
            _evenement(N[0], identifiant=second, commentaire=None, date_survenance=None),
        ]
        assert registre.evenement(999) is None


# --- changements --------------------------------------------------------------------------------------


MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)


def test_changes_are_told_in_order_with_the_state_before_them(magasin: Magasin) -> None:
    avant = replace(
        stockee(N[0]),
        radiation=radiation("RADATT"),
        date_renouvellement=date(2018, 3, 1),
        information_dalo=b"<a/>",
    )
    with magasin.ecrire("ecole") as registre:
        registre.noter_changement(None, stockee(N[0]), "G1104", MIDI)
        registre.noter_changement(None, replace(stockee(N[1]), territoire="062"), "G1226", MIDI)
        registre.noter_changement(avant, stockee(N[0]), "G7501", MIDI)
    with magasin.lire("ecole") as registre:
        assert registre.changements(GUICHETS[0]) == [
            Trace(1, N[0], "G1104"),
            Trace(3, N[0], "G7501"),
        ]
        assert registre.changements(replace(GUICHETS[0], territoire="02A")) == []
        assert registre.etat_avant(1).document is None
        lue = registre.etat_avant(3)
    assert lue.instant == MIDI
    assert (lue.document, lue.radiation) == (avant.document, avant.radiation)
    assert (lue.information_dalo, lue.date_renouvellement) == (b"<a/>", date(2018, 3, 1))


def test_a_guichet_remembers_how_far_it_was_told(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        assert registre.curseur("G1104") == 0
        for rang in (3, 7):
            registre.avancer_curseur("G1104", rang)
        assert registre.curseur("G1104") == 7
        assert registre.curseur("G7501") == 0


def test_old_changes_are_forgotten_and_ranks_go_on(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registre_store, "PAS", 5)
    monkeypatch.setattr(registre_store, "CHANGEMENTS_MAX", 3)
    with magasin.ecrire("ecole") as registre:
        for _ in range(11):
            registre.noter_changement(None, stockee(N[0]), "G1104", MIDI)
        rangs = [t.identifiant for t in registre.changements(GUICHETS[0])]
        assert rangs == [8, 9, 10, 11]
        with pytest.raises(LookupError):
            registre.etat_avant(1)


def test_emptying_the_state_forgets_changes_and_what_was_told(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.noter_changement(None, stockee(N[0]), "G1104", MIDI)
        registre.avancer_curseur("G7501", 1)
    vider(magasin, "ecole", "etat")
    with magasin.ecrire("ecole") as registre:
        assert registre.curseur("G7501") == 0
        registre.noter_changement(None, stockee(N[0]), "G1104", MIDI)
        assert registre.changements(GUICHETS[1]) == [Trace(1, N[0], "G1104")]


# --- guichets -----------------------------------------------------------------------------------------


def test_a_guichet_is_read_as_it_was_written(magasin: Magasin) -> None:
    systeme = replace(
        GUICHETS[0],
        nature=NatureGuichet.SYSTEME,
        territoire="044",
        siren="992200337",
        siren_invente=True,
        autres_territoires=("049", "085"),
        actes=(),
        ferme_le=date(2030, 1, 1),
    )
    autre = replace(GUICHETS[1], actes=(Acte.ENREGISTRER, Acte.DECIDER))
    for voulu in (systeme, autre):
        with magasin.ecrire("ecole") as registre:
            registre.remplacer_guichet(voulu)
        with magasin.lire("ecole") as registre:
            assert registre.guichet(voulu.code) == voulu


def test_a_systeme_particulier_is_told_of_all_its_departments(magasin: Magasin) -> None:
    systeme = replace(
        GUICHETS[0], nature=NatureGuichet.SYSTEME, territoire="044", autres_territoires=("049", "085")
    )
    with magasin.ecrire("ecole") as registre:
        for numero, territoire in zip(N, ("049", "111", "044", "085", "072"), strict=False):
            registre.noter_changement(None, replace(stockee(numero), territoire=territoire), "G7501", MIDI)
        assert [t.numero_unique for t in registre.changements(systeme)] == [N[0], N[2], N[3]]
        registre.avancer_curseur(systeme.code, 3)
        assert registre.changements(systeme) == [Trace(4, N[3], "G7501")]
