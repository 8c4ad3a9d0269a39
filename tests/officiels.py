"""Official folders that are not ours: what a vendor may put under `--contracts`, made of our own files by one
change each."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sne_interface.resources import contracts_dir

XSD: Final = "xsd/demande-02.02.xsd"
_NIR: Final = '      <xs:element name="nir" type="Chaine15Modifiable" minOccurs="0"/>\n'
_BLOC: Final = "interfaceNuu/demande/demandeLogement"
_CALCULES: Final = ("ressourcesAnnuellesUC", "nombreUC", "premierQuartile")


def _schema() -> str:
    return (contracts_dir() / "v5.2" / XSD).read_text("utf-8")


def _ecrire(dossier: Path, texte: str, nom: str = XSD) -> None:
    (dossier / nom).parent.mkdir(parents=True, exist_ok=True)
    (dossier / nom).write_text(texte, "utf-8")


def _evenements(dossier: Path, *, changer: Callable[[dict[str, Any]], None], code: str = "DECATT") -> None:
    """`evenements.toml` of the folder, alone: its type of decisions is ours, changed."""
    types = tomllib.loads((contracts_dir() / "v5.0/evenements.toml").read_text("utf-8"))
    decision = tomllib.loads((contracts_dir() / "v5.2/evenements.toml").read_text("utf-8"))["DECATT"]
    changer(decision)
    lignes = []
    for nom, type_ in (*types.items(), *([(code, decision)] if code else [])):
        lignes.append(f"[{nom}]")
        lignes += [f"{c} = {_toml(v)}" for c, v in type_.items() if c != "caracteristiques"]
        for caracteristique in type_.get("caracteristiques", ()):
            lignes.append(f"[[{nom}.caracteristiques]]")
            lignes += [f"{c} = {_toml(v)}" for c, v in caracteristique.items()]
    _ecrire(dossier, "\n".join(lignes) + "\n", "officiels.toml")
    _ecrire(dossier, '[fichiers]\nevenements = "officiels.toml"\n', "contract.toml")


def _toml(valeur: Any) -> str:
    if isinstance(valeur, bool):
        return str(valeur).lower()
    if isinstance(valeur, list):
        return f"[{', '.join(map(_toml, valeur))}]"
    return f'"{valeur}"' if isinstance(valeur, str) else str(valeur)


def code_court(dossier: Path) -> None:
    """`anomalie/@code` holds 4 characters."""
    attribut = '<xs:attribute name="code" type="{}" use="required"/>'
    bloc = '  <xs:complexType name="PersonnePhysique">'
    court = (
        '  <xs:simpleType name="Court"><xs:restriction base="xs:string"><xs:maxLength value="4"/>'
        "</xs:restriction></xs:simpleType>\n"
    )
    schema = _schema().replace(attribut.format("Chaine10"), attribut.format("Court"))
    _ecrire(dossier, schema.replace(bloc, court + bloc, 1))


# --- the NIR ----------------------------------------------------------------------------------------------


def nir_renomme(dossier: Path) -> None:
    _ecrire(dossier, _schema().replace('name="nir"', 'name="numeroSecuriteSociale"'))


def nir_dans_un_bloc(dossier: Path) -> None:
    bloc = (
        '      <xs:element name="etatCivil" minOccurs="0"><xs:complexType><xs:sequence>\n'
        f"  {_NIR}      </xs:sequence></xs:complexType></xs:element>\n"
    )
    _ecrire(dossier, _schema().replace(_NIR, bloc))


def nir_en_fin(dossier: Path) -> None:
    schema = _schema().replace(_NIR, "")
    for fin in ("listeRessourceVersee", "listeRessourceVerseePersACharge"):
        nom = f'      <xs:element name="{fin}" type="ListeRessource"/>\n'
        schema = schema.replace(f"{nom}    </xs:sequence>", f"{nom}{_NIR}    </xs:sequence>")
    _ecrire(dossier, schema)


def nir_du_demandeur_seul(dossier: Path) -> None:
    debut, fin = _schema().split('<xs:complexType name="Demandeur">')
    _ecrire(dossier, debut.replace(_NIR, "") + '<xs:complexType name="Demandeur">' + fin)


def nir_et_cle_a_part(dossier: Path) -> None:
    """An element that holds two; a demandeur has it as attributes besides."""
    bloc = (
        '<xs:element name="numSecu" minOccurs="0"><xs:complexType><xs:sequence>'
        '<xs:element name="corps" type="xs:string"/><xs:element name="cle" type="xs:string"/>'
        "</xs:sequence></xs:complexType></xs:element>"
    )
    schema = _schema().replace(_NIR.strip(), bloc)
    debut, demandeur, fin = schema.partition('<xs:complexType name="Demandeur">')
    attribut = '<xs:attribute name="nirDeclare" type="xs:string"/></xs:complexType>'
    _ecrire(dossier, debut + demandeur + fin.replace("</xs:complexType>\n\n", f"{attribut}\n\n", 1))


def nir_sous_un_nom_accentue(dossier: Path) -> None:
    _ecrire(dossier, _schema().replace('name="nir"', 'name="numéroDeSécurité"'))


def version_d_apres(dossier: Path) -> None:
    """A 02.03 in which the NIR has another name; 02.02 stays."""
    _ecrire(dossier, _schema().replace('name="nir"', 'name="numSecu"'), "xsd/demande-02.03.xsd")
    _ecrire(
        dossier,
        'versions = ["02.00", "02.01", "02.02", "02.03"]\n'
        '[schemas]\n"demande/02.03" = "xsd/demande-02.03.xsd"\n',
        "contract.toml",
    )


def nir_de_13_caracteres(dossier: Path) -> None:
    """Its key is elsewhere, or not sent."""
    _ecrire(dossier, _schema().replace('<xs:maxLength value="15"/>', '<xs:maxLength value="13"/>'))


def nir_hors_de_la_personne(dossier: Path) -> None:
    """The demandeur's beside him; a cotitulaire has none."""
    place = '      <xs:element name="logementActuel" type="LogementActuel"/>\n'
    ecrit = _NIR.replace('"nir"', '"nirDemandeur"')
    _ecrire(dossier, _schema().replace(_NIR, "").replace(place, place + ecrit))


# --- what the SNE computes ----------------------------------------------------------------------------------


def un_calcul_renomme(dossier: Path) -> None:
    _ecrire(dossier, _schema().replace("ressourcesAnnuellesUC", "ressourcesAnnuellesParUC"))


def calculs_retires(dossier: Path) -> None:
    motif = rf'      <xs:element name="(?:{"|".join(_CALCULES)})"[^\n]*\n'
    _ecrire(dossier, re.sub(motif, "", _schema()))


def quartile_en_code(dossier: Path) -> None:
    ancien = '"premierQuartile" type="BooleenModifiable"'
    _ecrire(dossier, _schema().replace(ancien, '"premierQuartile" type="CodificationModifiable"'))


def uc_en_texte(dossier: Path) -> None:
    schema = _schema().replace('type="NombreUCModifiable" min', 'type="Chaine15Modifiable" min')
    _ecrire(dossier, schema.replace('UC" type="EntierModifiable"', 'UC" type="Chaine15Modifiable"'))


def quartile_obligatoire(dossier: Path) -> None:
    ancien = 'name="premierQuartile" type="BooleenModifiable" minOccurs="0"'
    _ecrire(dossier, _schema().replace(ancien, 'name="premierQuartile" type="BooleenModifiable"'))


def bloc_a_part(dossier: Path) -> None:
    """The three in a block of their own, at the end of the form."""
    schema = re.sub(rf'      <xs:element name="(?:{"|".join(_CALCULES)})"[^\n]*\n', "", _schema())
    lignes = [f'<xs:element name="{nom}" type="xs:string" minOccurs="0"/>' for nom in _CALCULES]
    bloc = "".join(lignes)
    fin = '      <xs:element name="incrementFichier" type="xs:string" minOccurs="0"/>\n'
    place = (
        f'{fin}      <xs:element name="volet" minOccurs="0"><xs:complexType><xs:sequence>{bloc}'
        "</xs:sequence></xs:complexType></xs:element>\n"
    )
    _ecrire(dossier, schema.replace(fin, place))


def sans_bloc(dossier: Path) -> None:
    """Nor the block that 02.01 already had."""
    _ecrire(dossier, re.sub(r'      <xs:element name="informationTraitement"[^\n]*\n', "", _schema()))


def bloc_hors_du_formulaire(dossier: Path) -> None:
    """Beside the form, as informationDalo is."""
    bloc = '      <xs:element name="informationTraitement" type="InformationTraitement" minOccurs="0"/>\n'
    forme = '              <xs:element name="demandeLogement" type="DemandeLogement"/>\n'
    _ecrire(dossier, _schema().replace(bloc, "").replace(forme, forme + bloc))


# --- decisions ----------------------------------------------------------------------------------------------


def autre_type(dossier: Path) -> None:
    _evenements(dossier, changer=lambda _: None, code="CALEOL")


def type_remplace(dossier: Path) -> None:
    autre_type(dossier)
    notre = (contracts_dir() / "v5.2/evenements.toml").read_text("utf-8")
    with (dossier / "officiels.toml").open("a", encoding="utf-8") as fichier:
        fichier.write(notre.replace("[DECATT]\n", "[DECATT]\nfin_validite = 2017-12-31\n"))


def caracteristiques_renommees(dossier: Path) -> None:
    def changer(decision: dict[str, Any]) -> None:
        for rang, caracteristique in enumerate(decision["caracteristiques"], 1):
            caracteristique["code"] = f"CAR{rang:02d}"

    _evenements(dossier, changer=changer, code="CALEOL")


def codes_de_decision(dossier: Path) -> None:
    def changer(decision: dict[str, Any]) -> None:
        for caracteristique in decision["caracteristiques"]:
            if caracteristique["code"] == "DECISION":
                caracteristique["valeurs"] = [
                    [str(r), n] for r, (_, n) in enumerate(caracteristique["valeurs"])
                ]

    _evenements(dossier, changer=changer)


def sans_irrecevabilite(dossier: Path) -> None:
    def changer(decision: dict[str, Any]) -> None:
        for caracteristique in decision["caracteristiques"]:
            if caracteristique["code"] == "DECISION":
                caracteristique["valeurs"] = [v for v in caracteristique["valeurs"] if v[0] != "IRRECE"]

    _evenements(dossier, changer=changer)


def sans_decisions(dossier: Path) -> None:
    _evenements(dossier, changer=lambda _: None, code="")


def bail_en_texte(dossier: Path) -> None:
    def changer(decision: dict[str, Any]) -> None:
        for caracteristique in decision["caracteristiques"]:
            if caracteristique["code"] == "BAIL":
                caracteristique["type"] = "TXT"

    _evenements(dossier, changer=changer)


def autres_categories(dossier: Path) -> None:
    """Other codes, and one in force for a year only."""

    def changer(decision: dict[str, Any]) -> None:
        for caracteristique in decision["caracteristiques"]:
            if caracteristique["code"] == "CATEG":
                caracteristique["valeurs"] = [
                    [f"P{r}", n] for r, (_, n) in enumerate(caracteristique["valeurs"])
                ]

    _evenements(dossier, changer=changer)
    with (dossier / "contract.toml").open("a", encoding="utf-8") as fichier:
        fichier.write(
            '[roles.decision.categories.handicap]\ncode = "P1"\ndepuis = 2017-01-01\njusque = 2017-12-31\n'
        )


# --- folders that cannot be read
# ------------------------------------------------------------------------------


def xml_casse(dossier: Path) -> None:
    _ecrire(dossier, _schema()[:-20])


def schema_manquant(dossier: Path) -> None:
    _ecrire(dossier, '[schemas]\n"demande/02.02" = "xsd/officiel.xsd"\n', "contract.toml")


def lien_faux(dossier: Path) -> None:
    nir_renomme(dossier)
    _ecrire(
        dossier,
        f'[roles.demande.nir]\ndemandeur = "{_BLOC}/personnePhysique/demandeur/nss"\n',
        "contract.toml",
    )


def tout_autrement(dossier: Path) -> None:
    """Nothing of what 5.2 brought has the name that we gave it."""

    def changer(decision: dict[str, Any]) -> None:
        for rang, caracteristique in enumerate(decision["caracteristiques"], 1):
            if caracteristique["code"] == "DECISION":
                noms = [nom for _, nom in caracteristique["valeurs"]]
                caracteristique["valeurs"] = [[str(r), nom] for r, nom in enumerate(noms)]
            caracteristique["code"] = f"CAR{rang:02d}"

    _evenements(dossier, changer=changer, code="CALEOL")
    nir_dans_un_bloc(dossier)
    schema = (dossier / XSD).read_text("utf-8").replace('name="nir"', 'name="numSecu"')
    for ancien, nouveau in (
        ("ressourcesAnnuellesUC", "revenuAnnuelParUC"),
        ("nombreUC", "nbUnitesConsommation"),
        ("premierQuartile", "estPremierQuartile"),
    ):
        schema = schema.replace(ancien, nouveau)
    _ecrire(dossier, schema)
