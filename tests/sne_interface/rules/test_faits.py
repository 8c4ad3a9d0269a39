"""A rule that is not run for want of its facts would have found nothing: on every example of every rule, and
on documents that a rule's own elements were taken out of."""

import pytest
from lxml import etree

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.element_recu import CODE_INCONNU, VIDE_OBLIGATOIRE, DocumentRecu
from sne_interface.generators import exemples_de_regles
from sne_interface.rules import engine
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import Regle
from sne_interface.settings import Limites

CONTRAT = charger("v5.2")
CONDITIONNEES = tuple(
    regle for regle in REGLES if regle.si and not regle.si & {CODE_INCONNU, VIDE_OBLIGATOIRE}
)


def _recu(racine: etree._Element) -> DocumentRecu:
    relue = codec.parse(codec.ecrire(racine), limit=Limites().xml_max)
    return codec.decoder_recu(relue, CONTRAT.nomenclatures)


def test_ce_qui_n_est_pas_controle_n_aurait_rien_dit() -> None:
    epargnees = 0
    for exemple in exemples_de_regles.exemples():
        racine = exemples_de_regles.document(exemple, CONTRAT)
        faits = _recu(racine).faits
        contexte = exemples_de_regles.contexte(exemple, CONTRAT, racine)
        for regle in engine.regles_de(CONTRAT, exemple.type, contexte.canal):
            if regle.si and not regle.si & faits:
                epargnees += 1
                assert list(regle.controler(contexte)) == [], (exemple, regle.code)
    assert epargnees > 10_000


@pytest.mark.parametrize("regle", CONDITIONNEES, ids=lambda regle: regle.code)
def test_sans_ses_elements_une_regle_ne_dit_rien(regle: Regle) -> None:
    """Its examples that are refused, without the elements that it looks at, are so no more by it."""
    refuses = [e for e in exemples_de_regles.exemples() if e.regle == regle.code and e.verdict == "refuse"]
    assert refuses
    for exemple in refuses:
        racine = exemples_de_regles.document(exemple, CONTRAT)
        assert regle.si & _recu(racine).faits, exemple
        for noeud in list(racine.iter()):
            nom = etree.QName(noeud).localname
            if regle.si & {nom, f"{nom}={noeud.get('code')}"}:
                noeud.getparent().remove(noeud)
        assert not regle.si & _recu(racine).faits
        assert list(regle.controler(exemples_de_regles.contexte(exemple, CONTRAT, racine))) == [], exemple
