"""A recording beside the sandbox, exchange by exchange, and what all of it says."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from sne_calibrage.calibration.anomalies_comparees import Anomalies, anomalies_lues
from sne_calibrage.calibration.ecarts_par_cause import SANS_SURCHARGE, Calibrage, Causes, ajouter
from sne_calibrage.calibration.reponses_comparees import SELON_LE_REGISTRE, ReponsesComparees
from sne_calibrage.calibration.structures_comparees import Structures, remplace
from sne_calibrage.enregistrements.enregistrement_rejoue import SANS_OPERATION, Repris, rejouer
from sne_calibrage.enregistrements.export_du_relais import EXPORT, EXPORT_ANONYME
from sne_calibrage.enregistrements.ligne_de_journal_relue import fautes_de_la_requete
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Echange, VerdictEchange
from sne_interface.domain.nir import masquer_secrets
from sne_interface.domain.texte import abrege
from sne_interface.settings import Reglages
from sne_sandbox.mime.message_mime import Packaging
from sne_sandbox.operations.table_des_operations import OPERATIONS

_CONTRAT: Final = "contract.toml"
_REMPLACE: Final = (
    "un refus porte sur la valeur d'un élément que les schémas livrés n'ont pas, et que l'export anonyme a "
    "remplacée : exportez sans --anonymiser, ou donnez la base où le relais enregistre"
)


def calibrer(
    contrat: Contrat,
    echanges: Iterable[Echange],
    profil: str = "ecole",
    *,
    remises: Collection[int] = (),
    certificats: bool = False,
) -> Calibrage:
    """All that a recording says of what the sandbox does otherwise under `contrat`; `remises` and
    `certificats` as for `rejouer`. Raises StoreError."""
    calibration = _Calibration(contrat, profil)
    reglages = Reglages(**{**dict(contrat.reglages), "profile": profil})
    for repris in rejouer(contrat, echanges, reglages=reglages, certificats=certificats, remises=remises):
        calibration.voir(repris)
    return calibration.finir()


class _Calibration:
    def __init__(self, contrat: Contrat, profil: str) -> None:
        self._contrat = contrat
        self._causes = Causes()
        self._bilan = self._causes.bilan
        self._anomalies = Anomalies(contrat, profil, self._causes)
        self._structures = Structures(contrat, self._causes)
        self._reponses = ReponsesComparees(contrat, self._causes)
        #: What settings were seen: (name, value) and the exchanges that show it.
        self._reglages: dict[tuple[str, str], list[int]] = {}
        #: Exchanges by how the question travelled, and the answer.
        self._emballages: dict[tuple[bool, bool], list[int]] = defaultdict(list)

    def voir(self, repris: Repris) -> None:
        """One exchange."""
        vue, echange = repris.vue, repris.rang
        if repris.ecarte:
            if repris.ecarte == SANS_OPERATION:
                self._operation_inconnue(repris)
            else:
                ajouter(self._bilan.ecartes, repris.ecarte, [echange])
            return
        self._bilan.compares += 1
        la_bas, ici = vue.echange.verdict, repris.ici.verdict
        if ici is VerdictEchange.ERREUR:
            explication = (repris.ici.fault or {}).get("explication", "")
            raison = f"le bac à sable a failli : {abrege(masquer_secrets(explication), 200)}"
            ajouter(self._bilan.accidents, raison, [echange])
        elif self._porte_sur_un_remplace(repris):
            self._causes.indecidable(_REMPLACE, echange)
        elif VerdictEchange.FAULT in (la_bas, ici):
            self._fault(repris)
        elif la_bas is VerdictEchange.REFUS:
            self._verdict(repris, "refuse la requête avant SOAP")
        else:
            self._deux_reponses(repris)

    @staticmethod
    def _porte_sur_un_remplace(repris: Repris) -> bool:
        """Tell whether an anomalie, of either server, is about a value that an anonymous export has
        replaced."""
        la_bas = (a.propriete for a in anomalies_lues(repris))
        ici = (a["propriete"] for a in repris.ici.anomalies)
        return any(remplace(repris, chemin) for chemin in (*la_bas, *ici))

    def finir(self) -> Calibrage:
        """The whole, the causes of most exchanges first."""
        affiches = self._anomalies.finir()
        if affiches:
            self._reglage("avertissements", "reponse", affiches)
        self._structures.finir()
        self._reponses.finir()
        self._conclure_les_reglages()
        groupes = [groupe for groupe in self._causes if groupe.nombre]
        for groupe in groupes:
            groupe.echanges[:] = sorted(set(groupe.echanges))
        self._bilan.groupes = sorted(groupes, key=lambda groupe: -groupe.nombre)
        differents = {echange for groupe in groupes for echange in groupe.echanges}
        autres = {e for raisons in self._bilan.indecidables.values() for e in raisons} - differents
        self._bilan.accords = self._bilan.compares - len(differents) - len(autres)
        return self._bilan

    # --- both answered a document --------------------------------------------------------------------------

    def _deux_reponses(self, repris: Repris) -> None:
        vue = repris.vue
        self._structures.admise(repris)
        self._structures.reponse(repris)
        self._anomalies.voir(repris)
        messages = vue.message, vue.reponse.message
        question, reponse = (m is not None and m.packaging is Packaging.MTOM for m in messages)
        self._emballages[question, reponse].append(repris.rang)
        if not vue.acceptee or repris.ici.verdict is not VerdictEchange.ACCEPTE:
            return
        if not self._sans_reponse(repris):
            self._reponses.comparer(repris)
            self._champs(repris)

    def _sans_reponse(self, repris: Repris) -> bool:
        """Tell whether the recording does not tell enough to compare."""
        for raison in repris.inconnus:
            self._causes.indecidable(raison, repris.rang)
        return bool(repris.inconnus)

    def _champs(self, repris: Repris) -> None:
        """The fields of the answer: an attestation that only one gives."""
        operation = repris.vue.operation
        if operation in SELON_LE_REGISTRE or repris.vue.echange.base in (EXPORT, EXPORT_ANONYME):
            return
        la_bas, ici = set(repris.vue.reponse.champs), set(repris.champs)
        for nom in sorted(la_bas ^ ici):
            ou = "là-bas" if nom in la_bas else "ici"
            titre = f"Le champ {nom} de la réponse à {operation} n'est donné que {ou}."
            cause = "champ", operation or "", nom
            self._causes.noter(cause, titre, repris.rang, f"donné {ou}", SANS_SURCHARGE)

    # --- one answered a fault ------------------------------------------------------------------------------

    def _fault(self, repris: Repris) -> None:
        vue = repris.vue
        la_bas, ici = vue.echange.verdict, repris.ici.verdict
        if la_bas is ici:
            self._deux_faults(repris)
        elif vue.operation == "getDoublons" and vue.demande is not None and vue.demande.est_association:
            valeur = "erreur" if la_bas is VerdictEchange.FAULT else "vide"
            self._reglage("doublons_association", valeur, [repris.rang])
        elif ici is VerdictEchange.FAULT:
            fautes = fautes_de_la_requete(vue, vue.operation, self._contrat)
            comptees = self._structures.sans_les_remplacees(repris, fautes)
            if fautes and not comptees:
                self._causes.indecidable(_REMPLACE, repris.rang)
            elif fautes:
                self._structures.admise(repris)
                self._structures.refusee_ici(repris, comptees)
            else:
                self._verdict(repris, "ne répond pas par une fault")
        elif OPERATIONS[vue.operation or ""].champ is not None:
            self._structures.refusee_la_bas(repris)
        else:
            self._verdict(repris, "répond par une fault")

    def _deux_faults(self, repris: Repris) -> None:
        vue, ici = repris.vue, repris.ici.fault or {}
        dites = [masquer_secrets(f) for f in (vue.fault("message"), ici.get("message", ""))]
        if dites[0] == dites[1] and vue.fault("code") == ici.get("code"):
            return
        la_bas = f"là-bas {vue.fault('code')} « {abrege(dites[0], 200)} »"
        dit = f"{la_bas}, ici {ici.get('code')} « {abrege(dites[1], 200)} »"
        titre = f"La fault de {vue.operation} n'a pas le même code, ou pas la même phrase."
        cause = "fault", vue.operation or "", ici.get("code", ""), abrege(dites[1], 80)
        self._causes.noter(cause, titre, repris.rang, dit, SANS_SURCHARGE)

    def _verdict(self, repris: Repris, quoi: str) -> None:
        if self._sans_reponse(repris):
            return
        vue = repris.vue
        dit = (repris.ici.fault or {}).get("message", "") or vue.fault("message")
        cause = "verdict", vue.operation or "", quoi
        titre = f"Le serveur enregistré {quoi} ({vue.operation})."
        self._causes.noter(cause, titre, repris.rang, abrege(masquer_secrets(dit), 200), SANS_SURCHARGE)

    def _operation_inconnue(self, repris: Repris) -> None:
        vue = repris.vue
        charge = "?" if vue.charge is None else str(vue.charge.tag).rpartition("}")[2]
        action = (vue.message.action if vue.message is not None else None) or vue.en_tete("SOAPAction")
        dite = f"« {charge} » (action « {abrege(masquer_secrets(action), 120)} »)"
        titre, dit = f"L'opération de l'élément {dite} est inconnue du contrat.", vue.echange.verdict.value
        conseil = "Décrivez-la dans operations.csv et dans le WSDL, si le bac à sable doit la servir."
        self._causes.noter(("opération", charge, action), titre, repris.rang, dit, conseil)

    # --- settings ------------------------------------------------------------------------------------------

    def _reglage(self, nom: str, valeur: str, echanges: list[int]) -> None:
        self._reglages.setdefault((nom, valeur), []).extend(echanges)

    def _conclure_les_reglages(self) -> None:
        for mtom, nom in ((False, "simple"), (True, "mtom")):
            contraires = self._emballages[not mtom, mtom]
            if contraires and not (self._emballages[True, not mtom] or self._emballages[False, not mtom]):
                self._reglage("emballage", nom, contraires)
        for (nom, valeur), echanges in self._reglages.items():
            actuel = self._contrat.reglages.get(nom, getattr(Reglages(), nom))
            if str(actuel) == valeur:
                continue
            vus = tuple(dict.fromkeys(echanges))
            titre = f"Le réglage {nom} est « {valeur} », et non « {actuel} »."
            groupe = self._causes.de(("réglage", nom), titre, vus, f"« {valeur} » là-bas")
            groupe.proposer(_CONTRAT, ("reglages", nom, valeur), "toutes les réponses le montrent", vus)
