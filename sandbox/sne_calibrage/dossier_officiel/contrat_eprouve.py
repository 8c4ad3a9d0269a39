"""A contract under a user's folder, tried: our specimens through its schemas and rules, and what we answer to
them; the examples of the rules."""

import posixpath
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.codec import NS
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.explication import expliquer
from sne_interface.contract.schemas import Document
from sne_interface.domain.anomalie import Anomalie
from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.echange import Appel
from sne_interface.domain.element_recu import construire, sans_indices
from sne_interface.domain.roles import RolesDemande
from sne_interface.domain.texte import accorde
from sne_interface.errors import ErreurInterne
from sne_interface.generators.exemples_de_regles import (
    contexte,
    document,
    exemples,
    genre,
    specimen,
    specimens,
)
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.controle import contexte_sans_registre, controler
from sne_interface.rules.engine import eteinte, juger
from sne_interface.rules.rule import Contexte
from sne_interface.settings import Reglages
from sne_sandbox.bases.bases import guichets_de
from sne_sandbox.operations import get_demande_logement, get_num_unique
from sne_sandbox.operations.document_ecrit import fichier_xml
from sne_sandbox.operations.question import Question, Sortie
from sne_sandbox.store.magasin import Magasin

_PROFIL: Final = "ecole"
_BASE: Final = "ecole"
#: Faults of one specimen that are told.
_FAUTES_MAX: Final = 3
#: Codes that are named of those that a schema does not admit.
_CODES_MAX: Final = 10


@dataclass(frozen=True)
class EssaiDeSpecimen:
    """A specimen under a contract, and what is wrong, in French: with it, or with what we answer to it.
    Nothing is, when it passes."""

    specimen: str
    fautes: tuple[str, ...]


@dataclass(frozen=True)
class EssaiDesExemples:
    """The examples of the rules under a contract: how many were played, those whose verdict is not the one
    that is written, and how many could not be, as they say names that the contract has not. `refus`
    are what its schemas do not admit of our refusals, with the codes concerned and the remedy."""

    joues: int
    changes: tuple[str, ...]
    ecartes: int
    refus: tuple[str, ...]


def essayer_les_specimens(contrat: Contrat, notre: Contrat) -> tuple[EssaiDeSpecimen, ...]:
    """Each specimen of `fixtures/demandes/`, its NIR moved to where `contrat` has it; those that create are
    registered in a base of their own, and consulted."""
    with (
        tempfile.TemporaryDirectory(prefix="sne-contrat-") as dossier,
        Magasin.ouvrir(None, Path(dossier)) as magasin,
    ):
        return tuple([_essayer(nom, contrat, notre, magasin) for nom in specimens()])


def _essayer(nom: str, contrat: Contrat, notre: Contrat, magasin: Magasin) -> EssaiDeSpecimen:
    racine = specimen(nom)
    traduire(racine, notre.roles.demande, contrat)
    lu = codec.lire_demande(codec.ecrire(racine))
    instant = lu.date_fichier or datetime(2018, 3, 15, 12, tzinfo=UTC)
    vu = controler(codec.ecrire(racine), contrat, _PROFIL, instant)
    fautes = [f"{f.regle} {f.chemin} : {f.message}" for f in vu.fautes if f.gravite == "bloquante"]
    if not fautes and lu.type_fichier == "CRE":
        base = f"essai-{len(magasin.bases.lister())}"
        horloge = Horloge(fige_a=instant)
        magasin.bases.creer(Base(base, horloge=horloge, derniere_nuit=instant.date()), guichets_de(_BASE))
        fautes = list(_repondre(racine, contrat, magasin, base, instant))
    return EssaiDeSpecimen(nom, tuple(fautes[:_FAUTES_MAX]))


def _repondre(racine: Any, contrat: Contrat, magasin: Magasin, base: str, instant: datetime) -> Iterator[str]:
    """Finds what is wrong with our own answers, to the registration and to a whole consultation."""
    recu = codec.decoder_recu(racine, contrat.nomenclatures)
    with magasin.ecrire(base) as registre:
        guichet = recu.texte_de("demande/demandeLogement/numGuichet") or ""
        appel = Appel("getNumUnique", {}, base, None, instant)
        juge = replace(contexte_sans_registre(recu, "CRE", contrat, instant, None), registre=registre)
        demandee = Question(appel, registre.base, instant, contrat, registre, guichet, recu, juge)
        try:
            rendue = get_num_unique.executer(demandee)
            yield from _fautes("enregistrement", rendue, contrat)
            champs = {"numUnique": rendue.numero_unique or "", "complet": "oui"}
            relue = replace(demandee, appel=replace(appel, operation="getDemandeLogement", champs=champs))
            yield from _fautes("consultation", get_demande_logement.executer(relue), contrat)
        except ErreurInterne as erreur:
            yield f"réponse impossible : {erreur}"


def _fautes(quoi: str, sortie: Sortie, contrat: Contrat) -> Iterator[str]:
    racine = codec.relire(sortie.octets) if sortie.racine is None else sortie.racine
    for faute in expliquer(racine, Document.DEMANDE, sortie.version, contrat.schemas):
        yield f"notre réponse ({quoi}) : {faute.chemin} : {faute.message}"


def traduire(racine: Any, notres: RolesDemande, contrat: Contrat) -> None:
    """In a document (lxml) with our names, put each NIR where the contract has it; away, when it has none."""
    for genre_, notre in notres.nir.items():
        sien = contrat.roles.demande.nir.get(genre_, "")  # of the same path, it may stand after others
        for noeud in racine.findall("/".join(f"{{{NS}}}{nom}" for nom in notre.split("/")[1:])):
            parent = noeud.getparent()
            parent.remove(noeud)
            commun = posixpath.commonpath((posixpath.dirname(notre), posixpath.dirname(sien)))
            if sien and racine.get("versionInterface", "") >= contrat.roles.demande.depuis[sien]:
                for _ in range(notre.count("/") - commun.count("/") - 1):
                    parent = parent.getparent()
                _poser(parent, commun, sien, noeud.text or "", contrat)


def _poser(parent: Any, chemin: str, cible: str, texte: str, contrat: Contrat) -> None:
    """The element at the path `cible`, below `parent`, at `chemin`: what lacks between them is made."""
    ordre = contrat.nomenclatures.ordre
    for nom in cible.removeprefix(f"{chemin}/").split("/"):
        chemin = f"{chemin}/{nom}"
        enfant = parent.find(f"{{{NS}}}{nom}")
        if enfant is None:
            enfant = codec.arbre(construire(nom, texte if chemin == cible else ""))
            freres = [f"{chemin.rpartition('/')[0]}/{f.tag.rpartition('}')[2]}" for f in parent]
            parent.insert(
                next((i for i, f in enumerate(freres) if ordre(f) > ordre(chemin)), len(freres)), enfant
            )
        parent = enfant


def essayer_les_exemples(contrat: Contrat, notre: Contrat) -> EssaiDesExemples:
    """The examples of the rules, except those that say one of our names that the contract gives up."""
    quittes = _noms(notre) - _noms(contrat)
    deplaces = notre.roles.demande.nir != contrat.roles.demande.nir
    par_code = {regle.code: regle for regle in REGLES}
    joues, tous = 0, list(exemples())
    changes = []
    refus: dict[tuple[str, str], set[str]] = {}
    for exemple in tous:
        regle = par_code[exemple.regle]
        # What the register of an example holds is written with our names.
        au_registre = deplaces and regle.registre and "demande.nir" in regle.roles
        if exemple.regle not in contrat.regles or au_registre or eteinte(regle, contrat):
            continue
        try:
            racine = document(exemple, notre)
            traduire(racine, notre.roles.demande, contrat)
            autour = {str(valeur) for table in exemple.evenements for valeur in table.values()}
            if quittes & (_mots(racine) | autour):
                continue
            version = contrat.version_de_lecture(racine.get("versionInterface", ""))
            if contrat.schemas.validate(racine, document=genre(exemple), version=version):
                changes.append(f"{exemple} : le schéma le refuse")
                joues += 1
                continue
            juge = contexte(exemple, contrat, racine)
            anomalies = juger(juge, contrat, _PROFIL)
        except LookupError:
            continue
        joues += 1
        trouvees = {a.regle for a in anomalies}
        _essayer_les_refus(genre(exemple), juge, anomalies, contrat, refus)
        if (exemple.regle in trouvees) is not (exemple.verdict == "refuse"):
            changes.append(f"{exemple} : « {exemple.verdict} » n'est plus son verdict")
    return EssaiDesExemples(joues, tuple(changes), len(tous) - joues, tuple(_dire_les_refus(refus)))


def _essayer_les_refus(
    genre_: Document,
    juge: Contexte,
    anomalies: list[Anomalie],
    contrat: Contrat,
    refus: dict[tuple[str, str], set[str]],
) -> None:
    """Adds to `refus`, by place and kind of the fault, the codes that our answer cannot be written with: each
    anomalie is answered alone, warnings too, which a base may show."""
    base = Base("refus", reglages=Reglages(avertissements="reponse"))
    appel = Appel("", {}, base.nom, None, juge.maintenant)
    guichet = juge.guichet_emetteur or ""
    for anomalie in anomalies:
        # What refuses reads the register for doublons only, as the rules do.
        registre: Any = juge.registre
        question = Question(
            appel, base, juge.maintenant, contrat, registre, guichet, juge.document, juge, (anomalie,)
        )
        if genre_ is Document.DEMANDE:
            rendue = get_num_unique.refuser(question)
        else:
            rendue = fichier_xml(question, genre_, "RET")
        racine = codec.relire(rendue.octets)
        if contrat.schemas.validate(racine, document=genre_, version=rendue.version):
            for faute in expliquer(racine, genre_, rendue.version, contrat.schemas):
                refus.setdefault((sans_indices(faute.chemin), faute.sorte), set()).add(anomalie.code)


def _dire_les_refus(refus: Mapping[tuple[str, str], set[str]]) -> Iterator[str]:
    for (lieu, _), codes in sorted(refus.items()):
        tries = sorted(codes)
        nommes = ", ".join(tries[:_CODES_MAX]) + (", …" if len(tries) > _CODES_MAX else "")
        remede = (
            f'donnez à ces règles un code qui y tient, dans rules.toml : [{tries[0]}] code_officiel = "…"'
            if lieu.endswith("@code")
            else "faites que le schéma l'admette : sinon, un refus est répondu par une faute (Receiver)"
        )
        yield f"notre refus ne tient pas dans {lieu} : {accorde(len(tries), 'code')} ({nommes}) → {remede}"


def _noms(contrat: Contrat) -> set[str]:
    """Returns the names that a contract binds: elements, codes of events and of lists."""
    demande, decision = contrat.roles.demande, contrat.roles.decision
    chemins = (*demande.nir.values(), *demande.calcules.values())
    codes = (*decision.caracteristiques.values(), *decision.valeurs.values(), *decision.categories)
    return {decision.type, *codes, *[chemin.rpartition("/")[2] for chemin in chemins]}


def _mots(racine: Any) -> set[str]:
    """The names and the texts of a document (lxml)."""
    return {
        mot for n in racine.iter(etree.Element) for mot in (etree.QName(n).localname, (n.text or "").strip())
    }
