"""`/console/<base>/regles`: every control, searched; one control, with its examples and how to change it."""

from typing import Final

from flask import g, render_template

from sne_console.cadre.outillage_des_sections import champ_ecrit, contrat_servi
from sne_console.vues import objet_de_l_adresse, regles_montrees
from sne_interface.contract.fiches_du_contrat import FicheRegle
from sne_interface.domain.anomalie import Fidelite, Gravite
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import PROFILS
from sne_sandbox.web.configuration_et_services import services

#: Exchanges of the journal that a rule's page shows.
VUS_MAX: Final = 10
#: How far back it looks for them: what an exchange raised is in no index.
CHERCHES_MAX: Final = 5_000


def page(base: str) -> str:
    """The controls under a profile, narrowed by what is looked for."""
    demandes = {
        nom: masquer_nirs(champ_ecrit(nom)) for nom in ("texte", "sujet", "effet", "fidelite", "type")
    }
    profil = champ_ecrit("profil")
    if profil not in PROFILS:
        profil = g.base.reglages.profile
    toutes = regles_montrees.lignes(contrat_servi(), profil)
    trouvees = [ligne for ligne in toutes if regles_montrees.convient(ligne, demandes)]
    return render_template(
        "regles/page.html",
        lignes=trouvees,
        total=len(toutes),
        bloquent=sum(ligne.effet is Gravite.BLOQUANTE for ligne in toutes),
        filtres=demandes,
        filtre=any(demandes.values()),
        profil=profil,
        question_api={nom: valeur for nom, valeur in demandes.items() if valeur} | {"profil": profil},
        profils=PROFILS,
        sujets=regles_montrees.SUJETS,
        effets=list(Gravite),
        fidelites=list(Fidelite),
        types=sorted({type_ for ligne in toutes for type_ in ligne.types} - {"*"}),
    )


def regle(base: str, code: str) -> str:
    """One rule; `code` may be the official one."""
    contrat = contrat_servi()
    trouvee = objet_de_l_adresse.regle(contrat, code)
    fiche = contrat.regles[trouvee.code]
    codes = [r.code for r in REGLES if r.code in contrat.regles]
    rang = codes.index(trouvee.code)
    return render_template(
        "regles/regle.html",
        fiche=fiche,
        regle=trouvee,
        lue=regles_montrees.lire(contrat, trouvee, g.base.reglages.profile),
        fidelite_dite=regles_montrees.FIDELITES[fiche.fidelite],
        vus=vus(base, fiche),
        precedente=codes[rang - 1] if rang else None,
        suivante=codes[rang + 1] if rang + 1 < len(codes) else None,
    )


def vus(base: str, fiche: FicheRegle) -> list[Echange]:
    """The last exchanges of the base in which the rule was raised, of the CHERCHES_MAX last ones."""
    journal = services().magasin.journal
    trouves = journal.chercher(
        base, texte=fiche.code, limite=VUS_MAX * 3, apres_id=journal.dernier(base) - CHERCHES_MAX
    )
    return [e for e in trouves if any(a.get("regle") == fiche.code for a in e.anomalies)][:VUS_MAX]
