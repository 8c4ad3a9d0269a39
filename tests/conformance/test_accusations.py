"""Nobody is accused of what another did, nor twice of one thing: each run breaks exactly what it must."""

import contextlib
import html
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from donnees import a_cote
from epreuve import Epreuve
from fautes import fautif
from fautes.faute import argument, menage, saisie, sans
from lxml import etree

from sne_conformite.rapports.constats_groupes import grouper
from sne_conformite.rapports.formats_de_rapport import FORMATS
from sne_conformite.rapports.rapport import Constat, Rapport, Verdict
from sne_conformite.rapports.rapport_texte import en_bref
from sne_temoin.adaptateur import Adaptateur, Message, Reponse
from sne_temoin.incidents import SansReponse
from sne_temoin.temoin_assemble import Temoin


def enfreintes(rapport: Rapport) -> set[str]:
    """The requirements that a report says are broken."""
    return {v.exigence for v in rapport.verifications if v.verdict is Verdict.ECHOUE}


def constats(rapport: Rapport, exigence: str) -> list[Constat]:
    """The findings of the checks of a requirement."""
    return [c for v in rapport.verifications if v.exigence == exigence for c in v.constats if not c.tenue]


def sans_memoire_des_refus(temoin: Temoin) -> None:
    """An application that sends a document again whenever its user asks for it."""
    temoin.inscription.refuser_identique = lambda dossier, contenu: None  # type: ignore[method-assign]


def test_un_second_envoi_que_le_plan_demande_n_est_pas_de_l_application(epreuve: Epreuve) -> None:
    """As the JDK does: a POST whose answer is lost is sent again by the HTTP library; the plan then asks for
    the registration once more."""
    rapport = epreuve.passer(
        partial(fautif, "post-renvoye", autrement=sans_memoire_des_refus), ["ROB-REPONSE-PERDUE"]
    )
    assert enfreintes(rapport) == {"VIE-12", "VIE-13"}
    for exigence in ("VIE-12", "VIE-13"):
        assert all("retryPost" in constat.phrase for constat in constats(rapport, exigence))
    assert rapport.conforme, rapport.motifs


#: By fault, the requirement that is its cause, those that follow from it, and scenarios that show it.
CAUSES = a_cote(__file__)["causes"]


@pytest.mark.parametrize(
    ("faute", "cause", "suites", "scenarios"),
    [(faute, *attendu) for faute, attendu in CAUSES.items()],
    ids=CAUSES,
)
def test_une_cause_est_un_seul_manquement(
    epreuve: Epreuve, faute: str, cause: str, suites: str, scenarios: str
) -> None:
    """What follows from it is folded: ignored, not broken, and told under its cause."""
    rapport = epreuve.passer(partial(fautif, faute), scenarios.split())
    assert enfreintes(rapport) == {cause}
    assert {b.exigence for b in rapport.bilans if b.etat == "enfreinte"} == {cause}
    plies = [v for v in rapport.verifications if v.cause]
    assert {v.exigence for v in plies} >= {*suites.split()}
    assert {(v.verdict, v.cause, v.raison) for v in plies} == {
        (Verdict.IGNORE, cause, f"conséquence de {cause}")
    }
    bilans = {b.exigence: b for b in rapport.bilans}
    assert {(bilans[e].etat.value, bilans[e].raison) for e in suites.split()} == {
        ("sans preuve", f"conséquence de {cause}")
    }
    premier, *autres = [g for g in grouper(rapport) if g.exigence == cause]
    assert set(premier.consequences) == {v.exigence for v in plies}
    assert all(not autre.consequences for autre in autres)
    assert premier.suites.startswith(("et sa conséquence : ", "et ses conséquences : "))
    assert premier.suites in en_bref(rapport)


def test_une_radiation_illisible_n_est_ni_un_bail_sans_suite_ni_une_reponse_non_lue(epreuve: Epreuve) -> None:
    """The decision was accepted, its radiation is no XML: that is all there is to mend."""
    rapport = epreuve.passer(partial(fautif, "n-echappe-rien"), ["DEC-AVEC-BAIL"], exemples=1)
    assert enfreintes(rapport) == {"EMB-09"}
    assert ("DEC-AVEC-BAIL/VIE-18", "EMB-09") in {(v.id, v.cause) for v in rapport.verifications}


@pytest.mark.parametrize(
    ("fautes", "scenarios", "attendues"),
    [
        (("dates-en-utc", "second-cotitulaire"), ("CRE-COLOCATION",), {"FID-13", "FID-02"}),
        (("dates-en-utc", "noms-echanges"), ("CRE-COMPLETE",), {"FID-13", "FID-01"}),
        (("code-qualifie", "pensions-versees"), ("CRE-COMPLETE",), {"CTR-01", "FID-04"}),
        (("nationalite-iso", "noms-echanges"), ("CRE-COMPLETE",), {"CTR-03", "FID-01"}),
        (("mojibake", "ordre-alphabetique"), ("CRE-SIMPLE",), {"FID-10", "CTR-01"}),
        (("sans-action", "champs-desordonnes"), ("EVT-AUTRUI",), {"EMB-04", "EMB-03"}),
        (("sans-action", "evenement-d-autrui"), ("EVT-D-AUTRUI",), {"EMB-04", "VIE-17"}),
    ],
)
def test_une_faute_independante_se_voit_sous_une_autre(
    epreuve: Epreuve, fautes: tuple[str, ...], scenarios: tuple[str, ...], attendues: set[str]
) -> None:
    """Folding wants that the cause explains what is seen."""
    assert enfreintes(epreuve.passer(partial(fautif, *fautes), scenarios, exemples=4)) == attendues


def _sans_precision(temoin: Temoin) -> None:
    saisie("sans-precision", "CTR-01", "", sans("precision")).planter(temoin)


def _cotitulaire_perdu_en_modifiant(temoin: Temoin) -> None:
    perdre = argument(1, lambda contenu: menage(contenu).pop("listeCotitulaire", None))
    temoin.demandes.modifier = perdre(temoin, temoin.demandes.modifier)  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("autrement", "scenarios", "attendues"),
    [
        (_sans_precision, ("CRE-SIMPLE", "CRE-COMPLETE"), {"CTR-01", "FID-13"}),
        (_cotitulaire_perdu_en_modifiant, ("CYC-MODIFIER-FAMILLE", "CRE-COLOCATION"), {"FID-02"}),
    ],
)
def test_ce_qu_une_application_perd_est_nomme(
    epreuve: Epreuve, autrement: Callable[[Temoin], None], scenarios: tuple[str, ...], attendues: set[str]
) -> None:
    rapport = epreuve.passer(partial(fautif, autrement=autrement), scenarios, exemples=3)
    assert enfreintes(rapport) == attendues


def test_une_requete_sans_fin_est_dite_telle_et_vite(epreuve: Epreuve) -> None:
    """It was begun: neither is the address wrong, nor was nothing sent. Two scenarios say it all."""
    rapport = epreuve.passer(partial(fautif, "requete-sans-fin"), ["CRE-SIMPLE", "CRE-COUPLE", "RAD-ABANDON"])
    assert enfreintes(rapport) == {"EMB-01"}
    assert [s.verdict for s in rapport.scenarios] == [Verdict.ECHOUE, Verdict.ECHOUE, Verdict.IGNORE]
    premier = constats(rapport, "EMB-01")[0]
    assert premier.sorte == "requete_inachevee"
    assert "POST /bases/ecole/services/" in premier.phrase
    assert "octets reçus" in premier.observe
    (enregistrement,) = [v for v in rapport.verifications if v.id == "CRE-SIMPLE/VIE-01"]
    assert (enregistrement.verdict, enregistrement.cause) == (Verdict.IGNORE, "EMB-01")
    assert not any("sans rien envoyer" in v.raison for v in rapport.verifications)


def _morceaux_faux(temoin: Temoin) -> None:
    """Each chunk holds more than it announces."""

    def poster(adresse: str, content_type: str, corps: bytes) -> Any:
        transport = temoin.liaison.transport
        with contextlib.closing(transport.connexion(adresse)) as connexion:
            connexion.putrequest("POST", transport.chemin(adresse))
            for nom, valeur in {**transport.entetes(content_type), "Transfer-Encoding": "chunked"}.items():
                connexion.putheader(nom, valeur)
            connexion.endheaders()
            connexion.send(b"%x\r\n%s\r\n0\r\n\r\n" % (len(corps) - 5, corps))
            raise SansReponse(f"HTTP {connexion.getresponse().status}")

    temoin.liaison.transport.poster = poster  # type: ignore[method-assign]


def test_des_morceaux_qui_mentent_sont_une_requete_et_non_un_silence(epreuve: Epreuve) -> None:
    scenarios = ["CRE-SIMPLE", "RAD-ABANDON", "EVT-TYPES-NATIONAUX"]
    rapport = epreuve.passer(partial(fautif, autrement=_morceaux_faux), scenarios)
    assert enfreintes(rapport) == {"EMB-01"}
    assert {c.sorte for c in constats(rapport, "EMB-01")} == {"requete_malformee"}
    assert "mal découpé" in constats(rapport, "EMB-01")[0].observe
    assert not any("sans rien envoyer" in v.raison for v in rapport.verifications)


class _QuiNeLitPasTout(Adaptateur):
    """Three faults of reading: of numbers with a letter, of empty lists, of types of events."""

    def envoyer(self, message: Message) -> Reponse:
        reponse = super().envoyer(message)
        dit = ""
        if not re.match("[0-9]{13}|$", reponse.get("numero_unique") or ""):
            dit = f"Numéro unique mal formé : {reponse['numero_unique']}"
        elif reponse.get("numeros") == []:
            dit = f"{message['commande']} : index 0 hors de la liste"
        elif "types" in reponse:
            dit = "Unexpected token < in JSON"
        return {"id": message["id"], "statut": "erreur", "message": dit} if dit else reponse


def test_trois_causes_sont_trois_cartes_chacune_avec_son_remede(epreuve: Epreuve) -> None:
    """Each with its own words, exchanges and remedy, in every format: one card said all with the words of the
    first, and a remedy of MTOM."""
    scenarios = ["CRE-CODES", "REL-DEUX", "REL-CURSEUR", "EVT-TYPES-NATIONAUX", "EVT-TYPES-TERRITORIAUX"]
    rapport = epreuve.piloter(lambda: _QuiNeLitPasTout(Temoin()), scenarios, exemples=1)
    assert enfreintes(rapport) == {"EMB-10"}
    groupes = {g.remede.partition(" :")[0]: g for g in grouper(rapport)}
    assert {debut: g.scenarios for debut, g in groupes.items()} == {
        "Le numéro de cette demande porte une lettre": ("CRE-CODES",),
        "Ce relevé n'a rien à rendre": ("REL-CURSEUR", "REL-DEUX"),
        "La réponse est en plusieurs parties, comme la question": (
            "EVT-TYPES-NATIONAUX", "EVT-TYPES-TERRITORIAUX"
        ),
    }  # fmt: skip
    assert len({numero for g in groupes.values() for numero in g.echanges}) == 5
    for texte in (en_bref(rapport), *(html.unescape(f.ecrire(rapport).decode()) for f in FORMATS)):
        assert all(debut in texte for debut in groupes)
        assert "hors de la liste" in texte
        assert "Unexpected token" in texte


def test_un_content_type_qui_contredit_le_contenu_nomme_l_en_tete(epreuve: Epreuve) -> None:
    rapport = epreuve.passer(partial(fautif, "content-type-contredit"), ["CRE-SIMPLE"])
    assert enfreintes(rapport) == {"EMB-05"}
    (constat,) = constats(rapport, "EMB-05")
    assert constat.sorte == "content_type_contredit"
    assert "L'en-tête Content-Type contredit le contenu" in constat.phrase
    assert constat.attendu.startswith("multipart/related")
    assert constat.observe == "text/xml; charset=utf-8"


def test_une_reactivation_qui_radie_dit_le_motif_que_personne_n_a_demande(epreuve: Epreuve) -> None:
    rapport = epreuve.passer(partial(fautif, "reactivation-motivee"), ["CYC-REACTIVER", "RAD-REACTIVER"])
    assert enfreintes(rapport) == {"VIE-06"}
    assert {c.sorte for c in constats(rapport, "VIE-06")} == {"motif_non_demande"}
    assert "motif RADABA envoyé, aucun n'est demandé" in constats(rapport, "VIE-06")[0].phrase


def test_une_attestation_coupee_n_est_pas_une_absence_de_reponse(epreuve: Epreuve) -> None:
    """As JAX-WS takes it: the document is whole, what was cut is the attestation."""
    rapport = epreuve.passer(partial(fautif, "lecture-a-la-hache"), ["ROB-TRONQUEE"])
    assert "ROB-02" in enfreintes(rapport)
    (constat,) = constats(rapport, "ROB-02")
    assert constat.phrase == (
        "La réponse est arrivée coupée avant sa fin (fichierDemande en entier, mais pas attestation), et un "
        "succès a été annoncé."
    )


def test_des_doublons_cherches_en_capitales_sont_ceux_de_la_demande(epreuve: Epreuve) -> None:
    """The SNE folds names: how they are written finds nobody else."""

    def en_capitales(temoin: Temoin) -> None:
        honnete = temoin.liaison.insister

        def insister(operation: str, champs: Any) -> Any:
            if operation == "getDoublons":
                racine = etree.fromstring(champs["fichierDemande"])
                for nom in racine.iter("{*}nom", "{*}prenom"):
                    nom.text = nom.text.upper()
                champs = {**champs, "fichierDemande": etree.tostring(racine, encoding="UTF-8")}
            return honnete(operation, champs)

        temoin.liaison.insister = insister

    rapport = epreuve.passer(partial(fautif, autrement=en_capitales), ["DOU-COUPLE", "DOU-CHERCHER"])
    assert enfreintes(rapport) == set()
