"""Where the rules IDT, NIR point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.demande import DemandeStockee
from sne_interface.rules.catalogue import REGLES, regles_identite
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte, Infraction, Regle

# --- IDT ----------------------------------------------------------------------------------------------


ROLES = charger("v5.2").roles.demande
REGLES_IDT = [regle for regle in REGLES if regle.code.startswith("IDT")]
Message = Callable[..., Contexte]
D = "~/personnePhysique/demandeur"
COT = "~/personnePhysique/listeCotitulaire/cotitulaire"


def lieux(regle: Regle, contexte: Contexte) -> list[str]:
    return [c.chemin.removeprefix("interfaceNuu/demande/demandeLogement/") for c in regle.controler(contexte)]


@pytest.mark.parametrize("texte", ["", " "])
def test_a_missing_name_is_shown_where_it_is_missing(message: Message, texte: str) -> None:
    contexte = message(
        specimen="colocataires", edits=[["texte", f"{D}/nom", texte], ["texte", f"{COT}/nom", texte]]
    )
    assert lieux(regles_identite.nom_obligatoire, contexte) == [
        "personnePhysique/demandeur/nom",
        "personnePhysique/listeCotitulaire/cotitulaire/nom",
    ]


def test_a_missing_prenom_only_warns(message: Message) -> None:
    contexte = message(edits=[["texte", f"{D}/prenom", " "], ["texte", f"{D}/nom", ""]])
    trouves = list(regles_identite.nom_obligatoire.controler(contexte))
    assert [(c.chemin.rpartition("/")[2], c.leger) for c in trouves] == [("nom", False), ("prenom", True)]


def test_each_change_of_civil_status_is_shown(message: Message) -> None:
    contexte = message(
        type="MOD",
        edits=[["texte", f"{D}/prenom", "Yann"], ["texte", f"{D}/dateNaissance", "1991-09-15"]],
    )
    assert [lieu.rpartition("/")[2] for lieu in lieux(regles_identite.etat_civil_change, contexte)] == [
        "prenom",
        "dateNaissance",
    ]


def test_an_association_of_nothing_misses_its_name(message: Message) -> None:
    contexte = message(
        specimen="association", edits=[["supprimer", "~/association"], ["texte", "~/association/nom", ""]]
    )
    assert lieux(regles_identite.raison_sociale, contexte) == ["association/nom"]


def test_a_notification_is_shown_at_its_flag(message: Message) -> None:
    contexte = message(edits=[["supprimer", f"{D}/telPortable"], ["supprimer", f"{D}/mel"]])
    assert lieux(regles_identite.notification_par_sms, contexte) == ["personnePhysique/demandeur/notifSms"]
    assert lieux(regles_identite.notification, contexte) == ["personnePhysique/demandeur/notifEvt"]
    assert lieux(regles_identite.renouvellement_electronique, contexte) == ["renouvellementElec"]
    assert lieux(regles_identite.moyen_de_contact, contexte) == ["personnePhysique/demandeur"]


def test_what_compares_with_the_stored_demande_reads_the_base() -> None:
    assert {r.code for r in REGLES_IDT if r.registre} == {"IDT011", "IDT018", "IDT019"}


@pytest.mark.parametrize("regle", [r for r in REGLES_IDT if not r.registre], ids=lambda r: r.code)
def test_an_association_has_no_person_to_judge(message: Message, regle: Regle) -> None:
    assert lieux(regle, message(specimen="association")) == []


# --- NIR ----------------------------------------------------------------------------------------------


Juger = Callable[..., list[Infraction]]
Stocker = Callable[..., DemandeStockee]

NIR = "206127511100564"
MASQUE = "206************"


def demande(
    nir: str = NIR,
    *,
    civilite: str = "2",
    naissance: str = "2006-12-05",
    nom: str = "Kaplan",
    avant: str = "",
    cotitulaire: str = "",
) -> str:
    return (
        f"{avant}<logementRecherche><listeLocalisationSouhaite><localisationSouhaite><commune code='75113'/>"
        "</localisationSouhaite></listeLocalisationSouhaite></logementRecherche>"
        f"<personnePhysique><demandeur><civilite code='{civilite}'/><nom>{nom}</nom><prenom>Inès</prenom>"
        f"<dateNaissance>{naissance}</dateNaissance><nir>{nir}</nir></demandeur>"
        f"<listeCotitulaire>{cotitulaire}</listeCotitulaire></personnePhysique>"
    )


@pytest.mark.parametrize(
    ("nir", "constats"),
    [(NIR, 0), ("", 0), ("206122A11100509", 0), ("2061275111005", 1), ("20612X511100564", 1)],
)
def test_form(juger: Juger, nir: str, constats: int) -> None:
    assert len(juger(regles_identite.forme_du_nir, demande(nir))) == constats


def test_key(juger: Juger) -> None:
    assert juger(regles_identite.cle_du_nir, demande()) == []
    assert juger(regles_identite.cle_du_nir, demande("abc")) == []  # NIR001's
    (trouve,) = juger(regles_identite.cle_du_nir, demande("206127511100565"))
    assert trouve.valeurs["valeur"] == MASQUE


@pytest.mark.parametrize(
    ("premier", "civilite", "constats"),
    [("2", "2", 0), ("2", "3", 0), ("7", "1", 0), ("1", "2", 1), ("8", "1", 1)],
)
def test_civilite(juger: Juger, premier: str, civilite: str, constats: int) -> None:
    trouves = juger(regles_identite.nir_et_civilite, demande(premier + NIR[1:], civilite=civilite))
    assert len(trouves) == constats


@pytest.mark.parametrize(
    ("naissance", "constats"), [("2006-12-31", 0), ("2006-11-30", 1), ("2007-12-05", 1), ("", 0)]
)
def test_birth(juger: Juger, naissance: str, constats: int) -> None:
    assert len(juger(regles_identite.nir_et_date_de_naissance, demande(naissance=naissance))) == constats


def test_held_by_another_demande(juger: Juger, stocker: Stocker) -> None:
    autre = stocker(demande(nom="Autrenom"))
    (trouve,) = juger(
        regles_identite.nir_deja_porte, demande(), registre=RegistreMemoire((autre,), roles=ROLES)
    )
    assert trouve.valeurs == {"valeur": MASQUE, "numero": autre.numero_unique}


def test_silent_where_duplicates_are_named_forced_or_associated(juger: Juger, stocker: Stocker) -> None:
    autre = stocker(demande(nom="Autrenom"))
    registre = RegistreMemoire((autre,), roles=ROLES)
    force = "<forcerDoublon>true</forcerDoublon>"
    associe = f"<numUniqueAssocie>{autre.numero_unique}</numUniqueAssocie>"
    assert juger(regles_identite.nir_deja_porte, demande(avant=force), registre=registre) == []
    assert juger(regles_identite.nir_deja_porte, demande(avant=associe), registre=registre) == []
    assert (
        juger(regles_identite.nir_deja_porte, demande(nom="Autrenom"), registre=registre) == []
    )  # DOU001 names it
    assert juger(regles_identite.nir_deja_porte, demande(""), registre=registre) == []
    ailleurs = RegistreMemoire((stocker(demande(nom="Autrenom"), territoire="062"),), roles=ROLES)
    assert juger(regles_identite.nir_deja_porte, demande(), registre=ailleurs) == []


def test_same_nir_for_two_persons(juger: Juger) -> None:
    autre = "<cotitulaire><nom>B</nom><nir>{}</nir></cotitulaire>"
    assert juger(regles_identite.nir_en_double, demande(cotitulaire=autre.format("106127511100564"))) == []
    assert juger(regles_identite.nir_en_double, demande("", cotitulaire=autre.format(""))) == []
    (trouve,) = juger(regles_identite.nir_en_double, demande(cotitulaire=autre.format(NIR)))
    assert trouve.chemin.endswith("listeCotitulaire/cotitulaire/nir")
    assert trouve.valeurs["valeur"] == MASQUE
