"""The driven mode, with an application that does what a test wants over the whole pipeline, in process."""

import hashlib
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from banc import MIDI, Banc
from donnees import a_cote

from sne_conformite import juges
from sne_conformite.bilan import constats_recueillis
from sne_conformite.juges import juges_dires_de_l_application
from sne_conformite.pilotage import exemple_joue, pilotage
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.lien_application import DELAI, LienRompu
from sne_conformite.pilotage.retards_excuses import Pouls
from sne_conformite.plan import plan
from sne_conformite.protocole.formulaire_saisi import de_json
from sne_conformite.protocole.protocole import FAUX_SERVEURS, Adresses, AdressesServices
from sne_conformite.rapports.constats_groupes import grouper
from sne_conformite.rapports.rapport import (
    DebutJugement,
    EtatExigence,
    Fin,
    Rapport,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
)
from sne_conformite.rapports.verdict_de_conformite import conclure, non_juge
from sne_interface.contract import codec
from sne_interface.domain.element_recu import Element
from sne_interface.generators.demandes import document
from sne_sandbox.server.lancement import noter_le_refus
from sne_sandbox.server.refus_http import RefusServeur

DONNEES = a_cote(__file__)

ADRESSES = Adresses(AdressesServices.sous("https://localhost:1", "x"), {}, "ca", "cert", "cle", "p12")
Tour = Callable[[dict[str, Any]], None]


@dataclass
class Double:
    """An application of twenty lines. `saisie` changes what it was told before it sends it, `rendu` its
    answer before it gives it; `commandes` are those it says it knows, `nom` how it names its files. A
    registration is answered by `dit`, if there is any, and nothing is sent."""

    banc: Banc
    commandes: tuple[str, ...] = ("demarrer", "reinitialiser", "enregistrer", "corriger", "fin")
    saisie: Tour = lambda demande: None
    rendu: Tour = lambda reponse: None
    nom: str = "DEMG1226-{instant:%Y%m%d%H%M}-{rang:06d}.xml"
    dit: dict[str, Any] = field(default_factory=dict)
    recus: list[dict[str, Any]] = field(default_factory=list)
    presentation: dict[str, Any] = field(default_factory=dict)

    def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
        self.recus.append(message)
        if message["commande"] == "demarrer":
            dite = {"nom": "double", "version": "1", "commandes": list(self.commandes)}
            return {"statut": "fait", **dite, **self.presentation}
        if message["commande"] not in ("enregistrer", "corriger"):
            return {"statut": "fait"}
        reponse = self._enregistrer(message)
        self.rendu(reponse)
        return reponse

    def fermer(self) -> None: ...

    def _enregistrer(self, message: dict[str, Any]) -> dict[str, Any]:
        if self.dit and message["commande"] == "enregistrer":
            return self.dit
        self.saisie(message["demande"])
        lu = de_json("demandeLogement", message["demande"])
        corps = Element(lu.nom, "", None, (Element("numGuichet", "G1226"), *_pleins(lu)))
        instant = datetime.fromisoformat(message["maintenant"])
        rang = len(self.recus)
        resultat = self.banc.demander(
            codec.arbre(document(message["version"], "CRE", instant, corps)),
            nom=self.nom.format(instant=instant, rang=rang),
        )
        if resultat.anomalies:
            return {"statut": "refuse", "anomalies": self._anomalies(resultat.document)}
        empreinte = hashlib.sha256(resultat.champs["attestation"]).hexdigest()  # type: ignore[arg-type]
        return {"statut": "fait", "numero_unique": resultat.numero, "attestation_sha256": empreinte}

    @staticmethod
    def _anomalies(racine: Any) -> list[dict[str, str]]:
        return [
            {"code": a.get("code"), "propriete": a.get("propriete"), "message": a[0].text}
            for a in racine.iter(f"{{{codec.NS}}}anomalie")
        ]


def _pleins(element: Element) -> tuple[Element, ...]:
    """Without what is empty and may be left out."""
    return tuple(
        Element(e.nom, e.texte, e.attributs, _pleins(e))
        for e in element.enfants
        if not e.vide or e.nom.startswith("listeRessource")
    )


def scenario(dossier: Path, texte: str, *noms: str) -> plan.Plan:
    """The plan of a folder, which has this scenario from now on, under each name."""
    (dossier / "creation").mkdir(exist_ok=True)
    for nom in noms or ("ESSAI",):
        (dossier / "creation" / f"{nom}.toml").write_text(texte, "utf-8")
    return plan.charger(dossier)


def montrant(*exigences: str) -> str:
    """A couple that is registered, to show these requirements."""
    return COUPLE.replace('"FID-02", "VIE-21"', ", ".join(f'"{exigence}"' for exigence in exigences))


def remplacer(**dit: str) -> Tour:
    """Answers this instead."""

    def rendre(reponse: dict[str, Any]) -> None:
        reponse.clear()
        reponse.update(dit)

    return rendre


def sans_cotitulaire(demande: dict[str, Any]) -> None:
    demande["personnePhysique"].pop("listeCotitulaire", None)


def coupe(reponse: dict[str, Any]) -> None:
    """Keeps a number that is not the one delivered."""
    reponse["numero_unique"] = str(reponse["numero_unique"])[:-1]


def casser(demande: dict[str, Any]) -> None:
    raise LienRompu("L'application s'est arrêtée.", remede="derniers mots.")


COUPLE = DONNEES["couple"]
FAMILLE = montrant("FID-03").replace(
    'sorte = "couple_sans_enfant"\ncotitulaires_min = 1', 'sorte = "couple_avec_enfant"\nenfants_min = {}'
)


def courir(double: Double, le_plan: plan.Plan, *, adresses: Adresses = ADRESSES, **options: Any) -> Rapport:
    services = double.banc.services
    base = BaseJugee(services.magasin, services.contrat, double.banc.nom)
    evenements = list(
        pilotage.derouler(
            le_plan,
            double,
            base,
            adresses,
            pilotage.ReglagesPilotage(maintenant=MIDI, **({"exemples": 3, "reduction": 0} | options)),
        )
    )
    assert isinstance(evenements[0], DebutJugement)
    joues = len(evenements) // 2 - 1  # those that are played again included
    assert [type(e) for e in evenements[1:-1]] == [ScenarioCommence, ScenarioFini] * joues
    assert joues >= evenements[0].total
    fin = evenements[-1]
    assert isinstance(fin, Fin)
    return fin.rapport


def verdicts(rapport: Rapport) -> dict[str, Verdict]:
    return {v.exigence: v.verdict for v in rapport.verifications}


def test_an_application_that_does_it_all_passes(banc: Banc, tmp_path: Path) -> None:
    rapport = courir(Double(banc), scenario(tmp_path, COUPLE))
    assert verdicts(rapport) == {"FID-02": Verdict.REUSSI, "VIE-21": Verdict.REUSSI}
    assert rapport.conforme
    assert rapport.entete.mode == "plan"
    assert rapport.entete.application == "double 1"
    assert rapport.entete.exemples == 3


@pytest.mark.parametrize(("dites", "demandee"), [([], True), (["02.00"], True), (["02.02"], False)])
def test_an_application_is_asked_only_for_versions_that_it_says_it_writes(
    banc: Banc, tmp_path: Path, dites: list[str], demandee: bool
) -> None:
    double = Double(banc, dit={"statut": "refuse"}, presentation={"versions": dites})
    courir(double, scenario(tmp_path, COUPLE), exemples=1)
    envois = [m.get("version") for m in double.recus if m["commande"] == "enregistrer"]
    assert set(envois) == {"02.00" if demandee else None}


def test_a_dropped_coholder_is_found_shrunk_and_cited(banc: Banc, tmp_path: Path) -> None:
    double = Double(banc, saisie=sans_cotitulaire)
    rapport = courir(double, scenario(tmp_path, COUPLE), graine=7, reduction=20)
    (verification,) = [v for v in rapport.verifications if v.exigence == "FID-02"]
    assert verification.verdict is Verdict.ECHOUE
    (constat,) = verification.constats
    assert constat.sorte == "cotitulaire_absent"
    assert constat.echange in {e.identifiant for e in rapport.echanges}
    # Those of the shrink are counted too: findings cite them.
    assert rapport.entete.echanges == sum(m["commande"] == "enregistrer" for m in double.recus)
    assert verification.exemple is not None
    assert "listeCotitulaire" in verification.exemple["d1"]["personnePhysique"]
    assert verification.commande.endswith("--seed 7 --clock 2018-03-15T12:00:00+01:00 --scenario ESSAI")
    assert not rapport.conforme


def test_a_demande_that_has_no_part_in_a_fault_is_not_of_its_smallest_example(
    banc: Banc, tmp_path: Path
) -> None:
    autres = "".join(f'[menages.{d}]\nsorte = "personne_seule"\n' for d in ("d0", "d2"))
    etapes = "".join(f'[[etapes]]\nfaire = "enregistrer"\nreference = "{d}"\n' for d in ("d0", "d1", "d2"))
    texte = f"{COUPLE.partition('[[etapes]]')[0]}{autres}{etapes}"
    rapport = courir(Double(banc, saisie=sans_cotitulaire), scenario(tmp_path, texte), reduction=20)
    (verification,) = [v for v in rapport.verifications if v.exigence == "FID-02"]
    assert verification.exemple is not None
    assert list(verification.exemple) == ["d1"]


def test_what_only_a_shrink_breaks_is_broken_too(banc: Banc, tmp_path: Path) -> None:
    """Its exchanges are in the journal, from which evidence is judged again."""

    def perdre(demande: dict[str, Any]) -> None:
        personne = demande["personnePhysique"]
        del personne.get("listePersonneACharge", {}).get("personneACharge", [])[1:]
        if sum(m["commande"] == "enregistrer" for m in double.recus) > 5:
            personne["demandeur"]["nom"] = personne["demandeur"]["nom"][:3]

    double = Double(banc, saisie=perdre)
    rapport = courir(double, scenario(tmp_path, FAMILLE.format(1)), exemples=5, reduction=20)
    assert "FID-10" not in verdicts(rapport)
    (bilan,) = [b for b in rapport.bilans if b.exigence == "FID-10"]
    assert bilan.etat is EtatExigence.ENFREINTE
    assert {c.echange for c in bilan.constats} <= {e.identifiant for e in rapport.echanges}


def test_the_same_seed_gives_the_same_run(banc: Banc, tmp_path: Path) -> None:
    def abreger(demande: dict[str, Any]) -> None:
        demandeur = demande["personnePhysique"]["demandeur"]
        demandeur["nom"] = demandeur["nom"][:3]

    le_plan = scenario(tmp_path, COUPLE)
    un, autre = (courir(Double(banc, saisie=abreger), le_plan, graine=3, reduction=20) for _ in range(2))
    assert [v.exemple for v in un.verifications] == [v.exemple for v in autre.verifications]
    assert verdicts(un)["FID-10"] is Verdict.ECHOUE


def test_alike_findings_of_another_scenario_point_to_the_first(banc: Banc, tmp_path: Path) -> None:
    rapport = courir(Double(banc, rendu=coupe), scenario(tmp_path, COUPLE, "A", "B"), reduction=20)
    un, autre = [v for v in rapport.verifications if v.exigence == "VIE-21"]
    assert [c.sorte for c in un.constats] == ["numero_altere"]
    assert autre.raison == "même écart que A/VIE-21"
    assert autre.exemple == un.exemple


def test_each_exchange_that_a_check_cites_is_shown_within_bounds(
    banc: Banc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three examples in each of three scenarios: more than the findings of one kind that are kept."""

    def manquent() -> set[int | None]:
        rapport = courir(Double(banc, rendu=coupe), le_plan, reduction=20)
        cites = {constat.echange for v in rapport.verifications for constat in v.constats}
        return cites - {echange.identifiant for echange in rapport.echanges}

    le_plan = scenario(tmp_path, COUPLE, *"ABC")
    assert manquent() == set()
    monkeypatch.setattr(constats_recueillis, "CITES_TEXTE_MAX", 0)
    assert len(manquent()) == 1, "of the third, whose kind is shown by five others"


def test_each_example_shows_the_finding_that_it_stands_beside(banc: Banc, tmp_path: Path) -> None:
    """Two faults under one requirement: what was shrunk for one is not shown for the other."""

    def echanger(demande: dict[str, Any]) -> None:
        personne = demande["personnePhysique"]
        demandeur = personne["demandeur"]
        demandeur["nom"], demandeur["prenom"] = demandeur["prenom"], demandeur["nom"]
        enfants = personne.get("listePersonneACharge", {}).get("personneACharge", [])
        for enfant in enfants:
            enfant["nom"], enfant["prenom"] = enfant["prenom"], enfant["nom"]
        del enfants[1:]

    scenario(tmp_path, FAMILLE.format(1), "A")
    rapport = courir(Double(banc, saisie=echanger), scenario(tmp_path, FAMILLE.format(2), "B"), reduction=20)
    groupe = next(g for g in grouper(rapport) if g.sorte == "personne_a_charge_absente")
    assert groupe.constat.exemple is not None
    personne = groupe.constat.exemple["d1"]["personnePhysique"]
    assert len(personne["listePersonneACharge"]["personneACharge"]) > 1


def test_what_the_application_does_not_know_is_of_no_concern(banc: Banc, tmp_path: Path) -> None:
    scenario(tmp_path, COUPLE, "A")
    texte = montrant("VIE-27").replace('"enregistrer"', '"piece"')
    rapport = courir(Double(banc), scenario(tmp_path, texte, "B"))
    assert [s.verdict for s in rapport.scenarios] == [Verdict.REUSSI, Verdict.SANS_OBJET]
    assert rapport.conforme, rapport.motifs


@pytest.mark.parametrize("commandes", [(), ("enregistrer",)])
def test_an_application_that_does_nothing_is_not_conforming(
    banc: Banc, tmp_path: Path, commandes: tuple[str, ...]
) -> None:
    rapport = courir(Double(banc, commandes, dit={"statut": "non_gere"}), scenario(tmp_path, COUPLE))
    assert set(verdicts(rapport).values()) <= {Verdict.SANS_OBJET, Verdict.IGNORE}
    assert not rapport.conforme
    assert rapport.motifs[0].startswith("Rien n'a été prouvé")


@pytest.mark.parametrize("statut", ["decline", "refuse", "erreur"])
def test_an_application_may_refuse_what_the_sne_would_refuse_and_no_more(
    banc: Banc, tmp_path: Path, statut: str
) -> None:
    """It looks at what is entered before it sends anything, and says so in whatever word."""
    dit = {"statut": statut, "message": "Une naissance à venir."}
    texte = montrant("VIE-20", "VIE-21")
    corriger = '[[etapes]]\nfaire = "corriger"\nreference = "d1"\nmenage = "d1"'
    refusee = f'{texte}changements = ["ne_demain"]\nattendu = ["refuse"]\n{corriger}'
    rapport = courir(Double(banc, dit=dit), scenario(tmp_path, refusee, "A"))
    assert verdicts(rapport) == {"VIE-20": Verdict.REUSSI, "VIE-21": Verdict.REUSSI}
    assert rapport.conforme, rapport.motifs

    rapport = courir(Double(banc, dit=dit), scenario(tmp_path, f"{texte}{corriger}", "A"))
    assert verdicts(rapport)["VIE-01"] is (Verdict.ERREUR if statut == "erreur" else Verdict.ECHOUE)
    assert Verdict.REUSSI not in verdicts(rapport).values()
    assert not rapport.conforme


@pytest.mark.parametrize("statut", ["decline", "refuse", "erreur"])
def test_an_application_that_wants_a_nir_breaks_what_says_that_nobody_may(
    banc: Banc, tmp_path: Path, statut: str
) -> None:
    dit = {"statut": statut, "message": "Le numéro de sécurité sociale est obligatoire."}
    texte = montrant("VIE-01", "VIE-21").replace("[[etapes]]", "nir = false\n[[etapes]]")
    rapport = courir(Double(banc, dit=dit), scenario(tmp_path, texte))
    assert verdicts(rapport)["CTR-12"] is Verdict.ECHOUE
    assert set(verdicts(rapport).values()) == {Verdict.ECHOUE, Verdict.IGNORE}


def test_who_says_that_a_demande_is_registered_is_not_told_to_register_it(banc: Banc, tmp_path: Path) -> None:
    """It found by itself the demande whose answer was lost, and is not asked to send it again."""
    enregistrer = '[[etapes]]\nfaire = "enregistrer"\nreference = "d1"\n'
    double = Double(banc)
    rapport = courir(double, scenario(tmp_path, COUPLE + enregistrer), exemples=1)
    assert rapport.conforme, rapport.motifs
    assert [m["commande"] for m in double.recus].count("enregistrer") == 1


def test_a_broken_link_is_an_error_and_the_run_goes_on(banc: Banc, tmp_path: Path) -> None:
    rapport = courir(Double(banc, saisie=casser), scenario(tmp_path, COUPLE, "A", "B"))
    assert [s.verdict for s in rapport.scenarios] == [Verdict.ERREUR] * 2
    assert "derniers mots" in rapport.scenarios[0].raison
    assert {v.commande.rpartition(" ")[2] for v in rapport.scenarios[1].verifications} == {"B"}
    assert not rapport.conforme


def test_addresses_are_given_back_after_an_example_that_broke_off(banc: Banc, tmp_path: Path) -> None:
    """An application that answers again, without starting again, is not left on the expired server."""

    @dataclass
    class Bavarde(Double):
        ou: str = ""

        def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
            if message["commande"] == "adresser":
                self.ou = message["adresses"]["demande_logement"]
            if message["commande"] == "enregistrer" and self.ou.startswith("https://localhost:2"):
                raise LienRompu("L'application a mal répondu.")
            return super().envoyer(message)

    texte = COUPLE.replace("[[etapes]]", '[[etapes]]\nserveur = "expire"\n[[etapes]]')
    double = Bavarde(banc, ("demarrer", "reinitialiser", "enregistrer", "corriger", "adresser", "fin"))
    scenario(tmp_path, texte, "A-EXPIRE")
    rapport = courir(double, scenario(tmp_path, COUPLE, "B-APRES"), adresses=_a_refuser("expire"))

    assert [s.verdict for s in rapport.scenarios] == [Verdict.ERREUR, Verdict.REUSSI]
    assert double.ou.startswith("https://localhost:1")


def _a_refuser(serveur: str) -> Adresses:
    """The addresses, with those of a server to refuse."""
    return replace(ADRESSES, faux={serveur: AdressesServices.sous("https://localhost:2", "x")})


DEUX_SERVEURS = DONNEES["deux_serveurs"]


def _avec_le_serveur(serveur: str) -> str:
    exigence = FAUX_SERVEURS[serveur].exigence
    return DEUX_SERVEURS.replace("SERVEUR", serveur).replace("EXIGENCE", exigence)


_RECONNUS = ("demarrer", "reinitialiser", "enregistrer", "adresser", "fin")


@pytest.mark.parametrize(
    ("serveur", "enfreinte"),
    [("expire", ("EMB-12", "certificat_expire_accepte")),
     ("autre_nom", ("EMB-16", "certificat_d_un_autre_nom_accepte"))],
)  # fmt: skip
def test_who_speaks_to_a_server_to_refuse_breaks_what_is_wrong_with_it(
    banc: Banc, tmp_path: Path, serveur: str, enfreinte: tuple[str, str]
) -> None:
    """Told by `adresser` alone: this double reads no field of `demarrer`."""
    double = Double(banc, _RECONNUS)
    le_plan = scenario(tmp_path, _avec_le_serveur(serveur))
    rapport = courir(double, le_plan, adresses=_a_refuser(serveur), exemples=1)

    assert {(c.exigence, c.sorte) for v in rapport.verifications for c in v.constats} == {enfreinte}
    assert not rapport.conforme
    ou = [m["adresses"]["demande_logement"][:19] for m in double.recus if m["commande"] == "adresser"]
    assert ou[:2] == ["https://localhost:2", "https://localhost:1"], "and it is given the true one back"


def test_who_refuses_a_server_of_another_name_holds_it(banc: Banc, tmp_path: Path) -> None:
    dit = {"statut": "erreur", "message": "Le certificat du serveur n'est pas le sien."}
    le_plan = scenario(tmp_path, _avec_le_serveur("autre_nom"))
    double = Double(banc, _RECONNUS, dit=dit)
    rapport = courir(double, le_plan, adresses=_a_refuser("autre_nom"), exemples=1)
    assert verdicts(rapport) == {"EMB-16": Verdict.REUSSI}


@pytest.mark.parametrize(
    ("statut", "raison"),
    [("non_gere", "l'application ne gère pas « adresser »"),
     ("erreur", "« adresser » s'est terminé par « erreur »")],
)  # fmt: skip
@pytest.mark.parametrize("serveur", ["expire", "autre_nom"])
def test_who_is_not_sent_to_a_server_to_refuse_is_accused_of_nothing(
    banc: Banc, tmp_path: Path, serveur: str, statut: str, raison: str
) -> None:
    """It knows the command, and does not do it: what it sends next goes to the true server."""

    class Immobile(Double):
        def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
            reponse = super().envoyer(message)
            if message["commande"] == "adresser":
                reponse = {"id": message["id"], "statut": statut, "message": "Pas cela."}
            return reponse

    double = Immobile(banc, _RECONNUS)
    scenario(tmp_path, _avec_le_serveur(serveur), "A-FAUX")
    le_plan = scenario(tmp_path, COUPLE, "B-APRES")
    rapport = courir(double, le_plan, adresses=_a_refuser(serveur), exemples=1)
    avant, apres = rapport.scenarios
    assert (avant.verdict, avant.raison) == (Verdict.IGNORE, raison)
    assert apres.verdict is Verdict.REUSSI, "and the rest of the plan is played"


def test_a_server_to_refuse_that_does_not_listen_accuses_nobody(banc: Banc, tmp_path: Path) -> None:
    """A sandbox served without HTTPS, or by an earlier version."""
    texte = _avec_le_serveur("autre_nom")
    rapport = courir(Double(banc, _RECONNUS), scenario(tmp_path, texte), exemples=1)
    assert {v.verdict for v in rapport.verifications} == {Verdict.IGNORE}
    assert "aucun serveur dont le certificat est établi à un autre nom" in rapport.scenarios[0].raison


def test_an_application_that_never_answers_is_given_up(banc: Banc, tmp_path: Path) -> None:
    double = Double(banc, saisie=casser)
    scenario(tmp_path, COUPLE, *"ABCDE")
    rapport = courir(double, scenario(tmp_path, montrant("VIE-27").replace('"enregistrer"', '"piece"'), "F"))
    attendus = [Verdict.ERREUR] * 3 + [Verdict.EN_ATTENTE] * 2 + [Verdict.SANS_OBJET]
    assert [s.verdict for s in rapport.scenarios] == attendus
    assert sum(m["commande"] == "enregistrer" for m in double.recus) == pilotage.ERREURS_MAX
    assert rapport.scenarios[4].raison.startswith("l'application ne répond plus")
    assert rapport.motifs[-1] == (
        "2 scénarios n'ont pas été joués : l'application ne répond plus : "
        "L'application s'est arrêtée.\n→ derniers mots."
    )
    (groupe,) = grouper(rapport)
    assert (groupe.exigence, groupe.scenarios) == ("FID-02, VIE-21", ("A", "B", "C"))


def test_required_evidence_counts_with_what_else_decides(banc: Banc, tmp_path: Path) -> None:
    rapport = courir(Double(banc, ()), scenario(tmp_path, COUPLE), exiger=("VIE-21",))
    assert [m.split(",")[0] for m in rapport.motifs] == [
        "Preuve exigée",
        "Rien n'a été prouvé : l'application n'a fait aucune des commandes du plan jusqu'à une vérification.",
    ]


def test_what_could_not_be_reached_is_ignored(banc: Banc, tmp_path: Path) -> None:
    double = Double(banc, rendu=remplacer(statut="erreur", message="Plus de papier."))
    rapport = courir(double, scenario(tmp_path, montrant("VIE-21", "VIE-20")))
    assert verdicts(rapport)["VIE-20"] is Verdict.IGNORE
    assert "erreur" in rapport.scenarios[0].raison
    assert verdicts(rapport)["EMB-10"] is Verdict.ECHOUE


def test_what_follows_from_a_broken_requirement_is_not_charged_twice(banc: Banc, tmp_path: Path) -> None:
    """A creation that is refused for its file's name is no creation sent without its number."""
    le_plan = scenario(tmp_path, montrant("FID-02", "VIE-01"))
    rapport = courir(Double(banc, nom="demande.xml"), le_plan, exemples=1)
    enfreintes = {v.exigence: v for v in rapport.verifications if v.verdict is Verdict.ECHOUE}
    assert list(enfreintes) == ["NOM-01"]
    (suite,) = [v for v in rapport.verifications if v.exigence == "VIE-01"]
    assert (suite.verdict, suite.raison) == (Verdict.IGNORE, "conséquence de NOM-01")
    assert suite.cause == "NOM-01"
    assert next(b for b in rapport.bilans if b.exigence == "VIE-01").etat is EtatExigence.SANS_PREUVE


def test_an_application_that_its_packing_stops_is_not_tried_to_the_end(banc: Banc, tmp_path: Path) -> None:
    """Each would wait and try again, to say the same; what a household breaks is tried to the end."""
    le_plan = scenario(tmp_path, COUPLE, *(f"S{rang}" for rang in range(7)))
    double = Double(banc, nom="demande.xml")
    rapport = courir(double, le_plan, reduction=20)
    assert [s.verdict for s in rapport.scenarios] == [Verdict.ECHOUE] * 5 + [Verdict.IGNORE] * 2
    assert rapport.scenarios[6].raison.startswith("même écart que S0/NOM-01 : ")
    assert sum(m["commande"] == "enregistrer" for m in double.recus) == 5, "one example each, no shrink"
    assert not any(c.exemple for v in rapport.verifications for c in v.constats)

    double = Double(banc, saisie=sans_cotitulaire)
    assert {s.verdict for s in courir(double, le_plan, exemples=1).scenarios} == {Verdict.ECHOUE}


def test_the_example_shown_is_what_was_told(banc: Banc, tmp_path: Path) -> None:
    """With the value that was made wrong, not the household it was drawn from."""
    texte = montrant("CTR-11") + 'changements = ["sans_motif"]\nattendu = ["refuse"]\n'
    double = Double(banc, rendu=remplacer(statut="refuse"))
    rapport = courir(double, scenario(tmp_path, texte), exemples=1, reduction=20)
    (verification,) = [v for v in rapport.verifications if v.verdict is Verdict.ECHOUE]
    assert verification.constats[0].sorte == "anomalies_perdues"
    assert verification.exemple is not None
    assert "personnePhysique" in verification.exemple["d1"]
    assert "principauxMotifDemande" not in verification.exemple["d1"]


def test_what_nothing_else_explains_is_charged(banc: Banc, tmp_path: Path) -> None:
    double = Double(banc, rendu=lambda reponse: reponse.update(statut="refuse"))
    rapport = courir(double, scenario(tmp_path, COUPLE), exemples=1)
    sortes = {(c.exigence, c.sorte) for v in rapport.verifications for c in v.constats}
    assert ("VIE-21", "numero_sans_acceptation") not in sortes
    assert ("VIE-01", "issue_inattendue") in sortes


@dataclass
class Lente(Double):
    """An application that waits in vain, by the watch of the suite, the first `fois` that it registers this
    `reference`, and then says so; or nothing, in all the time that a command has."""

    reference: str = ""
    fois: int = 1
    attente: float = 2.0
    montre: float = 0.0

    def _enregistrer(self, message: dict[str, Any]) -> dict[str, Any]:
        dits = [m.get("reference") for m in self.recus]
        if dits[-1] != self.reference or dits.count(self.reference) > self.fois:
            reponse = super()._enregistrer(message)
            bon = re.fullmatch(r"\d{13}\w{5}", reponse.get("numero_unique", ""))
            return reponse if bon else {"statut": "erreur", "message": "Le numéro reçu est mal formé."}
        self.montre += self.attente
        if self.attente >= DELAI:
            raise LienRompu("L'application n'a pas répondu.")
        return {"statut": "erreur", "message": "timeout of 2000ms exceeded"}


SEUL = montrant("VIE-01")
APRES_PANNE = f"""{SEUL.replace("VIE-01", "ROB-04").partition("[[etapes]]")[0]}
[menages.d2]
sorte = "personne_seule"
[[etapes]]
panne = "numero_faux"
operation = "getNumUnique"
[[etapes]]
faire = "enregistrer"
reference = "d1"
attendu = ["fait", "refuse", "erreur"]
[[etapes]]
fin_panne = true
[[etapes]]
faire = "enregistrer"
reference = "d2"
"""


@pytest.mark.parametrize(
    ("texte", "reference", "accuse"),
    [(SEUL, "d1", Verdict.ERREUR), (APRES_PANNE, "d2", Verdict.ECHOUE)],
    ids=["first", "after-a-panne"],
)
@pytest.mark.parametrize(
    ("lente", "lenteur", "attendu"),
    [
        ({}, 1.0, Verdict.REUSSI),
        ({"fois": 9}, 9.0, Verdict.IGNORE),
        ({"fois": 9}, 1.0, None),
        ({"fois": 9, "attente": 0.1}, 1.0, None),
        ({"attente": DELAI}, 9.0, Verdict.REUSSI),
        ({"fois": 9, "attente": 1000.0}, 9.0, Verdict.IGNORE),
        ({"fois": 9, "attente": DELAI}, 1.0, Verdict.ERREUR),
    ],
    ids=["once", "slow-machine", "at-rest", "at-once", "mute-once", "mute-and-slow", "mute-at-rest"],
)
def test_who_waits_in_vain_is_judged_alone_on_a_machine_at_rest(
    banc: Banc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    texte: str,
    reference: str,
    accuse: Verdict,
    lente: dict[str, Any],
    lenteur: float,
    attendu: Verdict | None,
) -> None:
    """What is late is played again once, told to wait longer, on a slower clock; what is late again is said
    first. None stands for what a machine at rest accuses."""
    double = Lente(banc, reference=reference, **lente)
    monkeypatch.setattr(exemple_joue, "time", SimpleNamespace(monotonic=lambda: double.montre))
    monkeypatch.setattr(Pouls, "lenteur", lambda pouls, depuis: lenteur)
    monkeypatch.setattr(Pouls, "attendre", lambda pouls, seuil, depuis, *, tard: None)
    rapport = courir(double, scenario(tmp_path, texte), exemples=1, acceleration=5.0)
    (resultat,) = rapport.scenarios
    assert verdicts(rapport)[resultat.verifications[0].exigence] is (attendu or accuse)
    assert bool(resultat.retard) is non_juge(rapport) is (attendu is Verdict.IGNORE)
    demarres = [m for m in double.recus if m["commande"] == "demarrer"]
    delais = [m["delai_max_s"] for m in demarres]
    rejouee = "attente" not in lente or attendu in (Verdict.REUSSI, Verdict.IGNORE)
    assert (len(delais) == 2 and delais[1] >= 2 * delais[0]) is rejouee
    assert [m["acceleration"] for m in demarres] == [max(1.0, 10 / delai) for delai in delais]
    if attendu is Verdict.IGNORE:
        assert conclure(rapport).endswith("1 scénario non jugé, la machine étant trop chargée")
        assert not rapport.conforme
        assert rapport.motifs[0].endswith(" : ESSAI.")


def test_a_command_given_up_without_sending_is_an_error_in_its_words(banc: Banc, tmp_path: Path) -> None:
    """Nothing arrived: no requirement of the message sent is broken."""
    double = Double(banc, dit={"statut": "erreur", "message": "Le certificat est illisible."})
    rapport = courir(double, scenario(tmp_path, montrant("VIE-01", "FID-02"), *"ABCD"))
    assert verdicts(rapport) == {"VIE-01": Verdict.ERREUR, "FID-02": Verdict.IGNORE}
    assert {v.raison for v in rapport.verifications} == {
        "l'application renonce à « enregistrer » sans rien envoyer au SNE : Le certificat est illisible. "
        "→ vérifiez qu'elle appelle les adresses que « demarrer » donne"
    }
    assert not rapport.conforme


@dataclass
class SansPoignee(Double):
    """An application whose TLS handshakes fail; the server writes it down a little later."""

    raison: str = "le certificat client n'est pas signé par l'autorité du bac à sable"
    meurt: bool = False

    def _enregistrer(self, message: dict[str, Any]) -> dict[str, Any]:
        dit = "sujet CN=A, émetteur CN=B (erreur 18) ; faites-en un"
        refus = RefusServeur("127.0.0.1:9", self.raison, dit)
        magasin = self.banc.services.magasin
        threading.Timer(0.2, noter_le_refus, (magasin, self.banc.nom, refus)).start()
        if self.meurt:
            raise LienRompu("L'application s'est arrêtée.")
        return {"statut": "erreur", "message": "[SYS] unknown error"}


@pytest.mark.parametrize("meurt", [False, True])
def test_a_client_certificate_that_is_refused_is_named(banc: Banc, tmp_path: Path, meurt: bool) -> None:
    """EMB-11, as in free traffic: what the application did not send is not charged."""
    rapport = courir(SansPoignee(banc, meurt=meurt), scenario(tmp_path, montrant("VIE-01", "FID-02")))
    par_exigence = {v.exigence: v for v in rapport.verifications}
    (constat,) = par_exigence["EMB-11"].constats
    assert constat.sorte == "certificat_d_une_autre_autorite"
    assert "« demarrer » donne" in constat.attendu
    assert "émetteur CN=B" in constat.observe
    assert constat.echange in {e.identifiant for e in rapport.echanges}
    if not meurt:
        suite = par_exigence["VIE-01"]
        assert (suite.verdict, suite.raison) == (Verdict.IGNORE, "conséquence de EMB-11")
        assert par_exigence["FID-02"].raison.endswith(f"→ présentez {constat.attendu}")


def test_a_server_that_the_application_does_not_trust_is_the_reason(banc: Banc, tmp_path: Path) -> None:
    """No requirement is broken; the remedy is the server's."""
    double = SansPoignee(banc, raison="le client refuse le certificat du serveur")
    (verification,) = courir(double, scenario(tmp_path, SEUL)).verifications
    assert verification.verdict is Verdict.ERREUR
    assert "la négociation TLS échoue, le client refuse le certificat du serveur → " in verification.raison
    assert verification.raison.endswith("faites-en un")


def test_a_malformed_number_that_is_kept_is_named(banc: Banc, tmp_path: Path) -> None:
    """The SNE answered: it is not « what it could not answer »."""
    panne = '[[etapes]]\npanne = "numero_faux"\noperation = "getNumUnique"\n[[etapes]]\nfaire'
    texte = montrant("ROB-05").replace("[[etapes]]\nfaire", panne)
    double = Double(banc, rendu=lambda reponse: reponse.update(numero_unique="XX"))
    rapport = courir(double, scenario(tmp_path, texte))
    (constat,) = [c for v in rapport.verifications for c in v.constats if c.exigence == "ROB-05"]
    assert constat.phrase == "Le numéro reçu, mal formé, a été gardé."


def test_without_evidence_there_is_no_verdict(banc: Banc, tmp_path: Path) -> None:
    """A creation may be one that follows a separation: this one was not."""
    rapport = courir(Double(banc), scenario(tmp_path, montrant("FID-02", "VIE-09")))
    assert verdicts(rapport) == {"FID-02": Verdict.REUSSI, "VIE-09": Verdict.EN_ATTENTE}
    assert rapport.conforme
    seul = courir(Double(banc), scenario(tmp_path, montrant("VIE-09")))
    assert verdicts(seul) == {"VIE-09": Verdict.EN_ATTENTE}
    assert seul.entete.echanges == 3
    assert "Rien n'a été prouvé : l'application a fait 3 commandes du plan, et rien" in seul.motifs[0]


def _rater(*_: Any) -> Any:
    raise ZeroDivisionError("division by zero")


def test_a_judge_that_fails_is_an_error_of_ours_and_the_run_goes_on(
    banc: Banc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither broken nor held; the other requirements are judged, and so is the next scenario."""
    casses = tuple(
        replace(juge, juger=_rater) if juge.exigences == "VIE-21" else juge
        for juge in juges_dires_de_l_application.JUGES
    )
    monkeypatch.setattr(juges_dires_de_l_application, "JUGES", casses)
    rapport = courir(Double(banc), scenario(tmp_path, COUPLE, "A", "B"), exemples=1)

    for resultat in rapport.scenarios:
        vues = {v.exigence: v for v in resultat.verifications}
        assert vues["FID-02"].verdict is Verdict.REUSSI
        assert (vues["VIE-21"].verdict, vues["VIE-21"].constats) == (Verdict.ERREUR, ())
        assert "erreur du bac à sable : impossible de juger VIE-21, échange " in vues["VIE-21"].raison
    assert rapport.entete.non_juges.startswith(
        "Erreur du bac à sable, et non de l'application : impossible de juger VIE-21, échanges 1, 2 (ZeroDivi"
    )
    assert rapport.motifs == ("2 scénarios en erreur : A, B.",)


def test_a_judge_of_traffic_that_fails_is_one_too(
    banc: Banc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    casses = tuple(replace(juge, juger=_rater) if juge.exigence == "CTR-01" else juge for juge in juges.JUGES)
    monkeypatch.setattr(juges, "JUGES", casses)
    rapport = courir(Double(banc), scenario(tmp_path, montrant("FID-02", "CTR-01")), exemples=1)

    assert verdicts(rapport) == {"FID-02": Verdict.REUSSI, "CTR-01": Verdict.ERREUR}
    assert "impossible de juger CTR-01, échange 1 (ZeroDivisionError" in rapport.entete.non_juges
    (bilan,) = (b for b in rapport.bilans if b.exigence == "CTR-01")
    assert bilan.etat is EtatExigence.SANS_PREUVE
    assert bilan.raison.startswith("erreur du bac à sable")


def test_an_answer_too_deep_to_be_compared_is_one_exchange_s(banc: Banc, tmp_path: Path) -> None:
    """Within what the protocol allows, and what Python can hold."""
    profonde: dict[str, Any] = {}
    for _ in range(900):
        profonde = {"a": profonde}

    class Profonde(Double):
        def envoyer(self, message: dict[str, Any]) -> dict[str, Any]:
            if message["commande"] == "consulter":
                self.banc.relire(self.numero)
                return {"statut": "fait", "demande": profonde}
            return super().envoyer(message)

        def _enregistrer(self, message: dict[str, Any]) -> dict[str, Any]:
            rendu = super()._enregistrer(message)
            self.numero = rendu["numero_unique"]
            return rendu

    texte = montrant("FID-02", "VIE-24") + '[[etapes]]\nfaire = "consulter"\nreference = "d1"\n'
    double = Profonde(banc, ("demarrer", "reinitialiser", "enregistrer", "consulter", "fin"))
    rapport = courir(double, scenario(tmp_path, texte), exemples=1)
    assert verdicts(rapport) == {"FID-02": Verdict.REUSSI, "VIE-24": Verdict.ERREUR}
    assert "juger VIE-24, échange 2 (RecursionError" in rapport.entete.non_juges


def test_a_refusal_taken_for_a_success_is_found(banc: Banc, tmp_path: Path) -> None:
    refus = 'changements = ["ne_demain"]\nattendu = ["refuse"]\n'
    bon = courir(Double(banc), scenario(tmp_path, montrant("FID-02", "CTR-11") + refus))
    assert verdicts(bon)["CTR-11"] is Verdict.REUSSI
    mauvais = courir(Double(banc, rendu=remplacer(statut="fait")), scenario(tmp_path, COUPLE + refus))
    sortes = {c.sorte for v in mauvais.verifications for c in v.constats}
    assert {"refus_pris_pour_succes", "succes_invente"} <= sortes


def test_lost_anomalies_are_found(banc: Banc, tmp_path: Path) -> None:
    texte = COUPLE + 'changements = ["ne_demain", "sans_motif"]\nattendu = ["refuse"]\n'

    def premiere(reponse: dict[str, Any]) -> None:
        reponse["anomalies"] = reponse["anomalies"][:1]

    rapport = courir(Double(banc, rendu=premiere), scenario(tmp_path, texte))
    assert [c.sorte for v in rapport.verifications for c in v.constats] == ["anomalies_perdues"]


def test_only_the_scenarios_asked_for_are_run(banc: Banc, tmp_path: Path) -> None:
    rapport = courir(Double(banc), scenario(tmp_path, COUPLE, "A", "B"), seulement=["B"])
    assert [s.id for s in rapport.scenarios] == ["B"]


def test_reset_comes_before_every_example(banc: Banc, tmp_path: Path) -> None:
    double = Double(banc)
    courir(double, scenario(tmp_path, COUPLE))
    joues = ["reinitialiser", "enregistrer"] * 3
    assert [m["commande"] for m in double.recus] == ["demarrer", *joues, "fin"]
    assert banc.compter() == 1


def test_an_interruption_ends_the_run_and_keeps_what_was_seen(banc: Banc, tmp_path: Path) -> None:
    """In the second example of the second of three scenarios."""
    le_plan = scenario(tmp_path, COUPLE, *"ABC")
    double = Double(banc)

    def saisir(demande: dict[str, Any]) -> None:
        if sum(m["commande"] == "enregistrer" for m in double.recus) == 5:
            raise KeyboardInterrupt("SIGTERM")

    double.saisie = saisir
    rapport = courir(double, le_plan)
    assert [s.verdict for s in rapport.scenarios] == [Verdict.REUSSI, Verdict.EN_ATTENTE, Verdict.EN_ATTENTE]
    assert {s.raison for s in rapport.scenarios[1:]} == {"interrompu (SIGTERM)"}
    assert rapport.entete.inacheve == (
        "Interrompu (SIGTERM) : 2 scénarios n'ont pas été joués jusqu'au bout ; ce rapport est partiel."
    )
    assert rapport.motifs == (rapport.entete.inacheve,)
    assert conclure(rapport) == "Épreuve inachevée"
    assert "fin" not in {m["commande"] for m in double.recus}, "it may still be at its last command"
    double.saisie = Mock(side_effect=KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):  # of who judges the run again, by Ctrl-C: no fact of the run
        courir(double, le_plan)


@pytest.mark.parametrize(
    ("duree", "ecart", "lent", "dit"),
    [(1.2, 0.1, 1.0, "a mis 1,2 s"), (0.2, 0.1, 1.0, ""), (0.2, 0.9, 9.0, ""), (0.2, 1.9, 9.0, "9 fois")],
    ids=["late", "in-time", "pause", "on-its-way"],
)
def test_an_answer_that_a_busy_machine_gave_too_late_judges_nobody(
    banc: Banc,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    duree: float,
    ecart: float,
    lent: float,
    dit: str,
) -> None:
    """The application gave it up, sent its creation again, and says that it failed. A pause that is shorter
    than what a message may be late is none."""
    lire, montre = BaseJugee.echanges, count(0, 2 * duree + ecart + 0.8)

    def lents(self: BaseJugee, depuis: int) -> list[Any]:
        lus = [replace(e, duree_us=int(duree * 1e6)) for e in lire(self, depuis)]
        pas = timedelta(seconds=duree + ecart)
        return [replace(e, recu_le=MIDI + rang * pas) for rang, e in enumerate(lus)]

    monkeypatch.setattr(BaseJugee, "echanges", lents)
    monkeypatch.setattr(exemple_joue, "time", SimpleNamespace(monotonic=lambda: next(montre)))
    monkeypatch.setattr(Pouls, "lenteur", lambda pouls, depuis: lent)
    monkeypatch.setattr(Pouls, "attendre", lambda pouls, seuil, depuis, *, tard: None)

    double = Double(banc, rendu=remplacer(statut="erreur", message="le SNE n'a pas répondu à temps"))
    enregistrer = double._enregistrer
    monkeypatch.setattr(double, "_enregistrer", lambda m: (enregistrer(m), enregistrer(m))[1])
    rapport = courir(double, scenario(tmp_path, montrant("VIE-02")), delai=2.0)
    assert verdicts(rapport)["VIE-02"] is (Verdict.IGNORE if dit else Verdict.ECHOUE)
    enfreintes = {b.exigence for b in rapport.bilans if b.etat is EtatExigence.ENFREINTE}
    assert ("VIE-02" in enfreintes) is (not dit)
    if dit:
        assert not enfreintes
        (raison,) = {v.raison for v in rapport.verifications}
        assert dit in raison
        assert "n'attend que 2 s" in raison
