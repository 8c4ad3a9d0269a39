"""A rich report for the tests: every verdict, hostile names, long texts, NIRs, and one of any size."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EchangeCite,
    Entete,
    EtatExigence,
    Lacune,
    Mention,
    Rapport,
    ResultatScenario,
    Rubrique,
    Verdict,
    VerdictMention,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import decider

NIR = "206127511100564"
NIR_ESPACE = "2 06 12 75 111 005 64"
NIR_TREIZE = "2061275111005"
#: What a name may hold: markup, an entity, console markup, an escape sequence, a control, a bidi mark.
HOSTILE = "<script>alert('œ')</script> & [bold]D’Œuf[/bold] \x1b[31m\x00\u202e ]]>"
LONG = "Une phrase bien longue sur une adresse à rallonge ; " * 60
REQUETE = (
    f"POST /services/DemandeLogementImplService\n\n<nom>{HOSTILE}</nom>"
    f"<nir>{NIR}</nir><a:nir xmlns:a='x'>{NIR_TREIZE}</a:nir>" + "A" * 100
)
DEBUT = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
COMMANDE = "sne-sandbox conform --application './mon adaptateur' --seed 7 --scenario CRE-03"


def entete(**choix: object) -> Entete:
    """Of a driven run."""
    return replace(
        Entete(
            outil="sne-sandbox 0.1.0",
            contrat="v5.2",
            profil="ecole",
            mode="plan",
            application="Mon logiciel <b>&</b>",
            base="conform",
            graine=7,
            commande="sne-sandbox conform --application './mon adaptateur' --seed 7",
            debut=DEBUT,
            fin=DEBUT + timedelta(seconds=83),
            echanges=412,
            exemples=700,
        ),
        **choix,  # type: ignore[arg-type]
    )


def absent(echange: int | None = 12, *, sorte: str = "cotitulaire_absent") -> Constat:
    """A co-holder that was not sent."""
    return Constat(
        "FID-02", False, f"Le co-titulaire {HOSTILE} n'est pas transmis.", sorte,
        "demandeLogement/cotitulaire[2]", HOSTILE, "absent", echange,
    )  # fmt: skip


def rapport() -> Rapport:
    """A driven run that went wrong in every way."""
    exemple = {
        "demandeur": {"nom": HOSTILE, "nir": NIR_TREIZE, "commentaire": f"NIR {NIR_ESPACE}"},
        "cotitulaire": [{"nom": "Œ"}],
    }
    nir_perdu = Constat(
        "FID-12", False, f"Le NIR {NIR} n'est pas transmis.", "nir_change",
        "demandeLogement/demandeur/nir", NIR_TREIZE, f"{NIR_TREIZE}99", 13,
    )  # fmt: skip
    tenue = Constat("FID-01", True, "L'état civil est transmis.", echange=12)
    scenarios = (
        ResultatScenario("CRE-01", "CRE", "Une personne seule", Verdict.REUSSI, (
            Verification("CRE-01", "FID-01", Verdict.REUSSI, (tenue,)),
            Verification("CRE-01", "EMB-06", Verdict.ECHOUE, (
                Constat("EMB-06", False, "Le Content-ID est sans chevrons.", "cid_sans_chevrons",
                        attendu="<a@b>", observe="a@b", echange=12),
            ), commande=COMMANDE),
        ), exemples=10, duree=1.25),
        ResultatScenario("CRE-03", "CRE", f"Un couple {HOSTILE}", Verdict.ECHOUE, (
            Verification("CRE-03", "FID-01", Verdict.REUSSI, (tenue,)),
            Verification("CRE-03", "FID-02", Verdict.ECHOUE, (
                replace(absent(), exemple=exemple), absent(99),
            ), exemple, COMMANDE),
            Verification("CRE-03", "FID-12", Verdict.ECHOUE, (
                replace(nir_perdu, exemple=exemple),
            ), exemple, COMMANDE),
        ), exemples=50, duree=12.5),
        ResultatScenario("CRE-04", "CRE", "Des colocataires", Verdict.ECHOUE, (
            Verification("CRE-04", "FID-02", Verdict.ECHOUE, (
                replace(absent(14), exemple={**exemple, "plus": LONG}),
            ), {**exemple, "plus": LONG}),
            Verification("CRE-04", "VIE-01", Verdict.IGNORE, raison="aucune création acceptée"),
        ), exemples=50, duree=3.0),
        ResultatScenario("DAL-01", "DALO", "Un DALO est déclaré", Verdict.SANS_OBJET, (
            Verification("DAL-01", "VIE-22", Verdict.SANS_OBJET, raison="commande non gérée"),
        ), raison="commande non gérée"),
        ResultatScenario("ROB-01", "ROB", "Le SNE ne répond pas", Verdict.ERREUR, (
            Verification("ROB-01", "ROB-01", Verdict.ERREUR, raison=f"L'application s'est tue. {HOSTILE}",
                         commande=COMMANDE),
        ), duree=30.0, raison="L'application s'est tue."),
        ResultatScenario("EVT-01", "EVT", "Un événement", Verdict.EN_ATTENTE, (
            Verification("EVT-01", "FID-14", Verdict.EN_ATTENTE),
        )),
    )  # fmt: skip
    bilans = (
        Bilan("EMB-06", "Le Content-ID est entre chevrons.", "SHOULD", "RFC 2387", EtatExigence.ENFREINTE, 3,
              scenarios[0].verifications[1].constats),
        Bilan("EMB-14", "La trace est conservée.", "SHOULD", "bonne pratique", EtatExigence.NON_TESTEE,
              raison="se constate chez l'éditeur"),
        Bilan("CTR-05", "Dix chiffres au plus.", "MUST", "XSD publié", EtatExigence.ENFREINTE, 40, (
            Constat("CTR-05", False, "Le téléphone porte un indicatif.", "telephone_indicatif",
                    attendu="0612345678", observe="+33612345678", echange=77),
        )),
        Bilan("FID-01", "L'état civil est transmis.", "MUST", "convention", EtatExigence.PROUVEE, 110),
        Bilan("FID-02", "Chaque co-titulaire saisi est transmis.", "MUST", "convention",
              EtatExigence.ENFREINTE, 4, (absent(), absent(99), absent(14))),
        Bilan("FID-12", "Le NIR saisi est transmis.", "MUST", "arrêté", EtatExigence.ENFREINTE, 0,
              (nir_perdu,)),
        Bilan("ROB-01", "Sans réponse, rien n'est déclaré.", "MUST", "bonne pratique",
              EtatExigence.SANS_PREUVE),
        Bilan("VIE-01", "Une création est sans numéro.", "MUST", "déduit", EtatExigence.SANS_PREUVE),
        Bilan("VIE-22", "Un DALO porte sa date.", "MUST", "XSD publié", EtatExigence.SANS_PREUVE),
    )  # fmt: skip
    couverture = (
        Rubrique("operations", "Opérations", ("getNumUnique", "getAttestation"), ("<getDoublons>",)),
        Rubrique("codes", "Codes de nomenclature", (), tuple(f"ListeMotifs/{n}" for n in range(200))),
        Rubrique("vide", "Rien à couvrir", (), ()),
    )
    echanges = (
        EchangeCite(12, "POST getNumUnique 200", REQUETE, f"<retour>{HOSTILE}</retour>"),
        EchangeCite(13, "POST getNumUnique 500", REQUETE, "Z" * 100_000),
        EchangeCite(14, "", "", ""),
    )
    return decider(Rapport(entete(), True, (), scenarios, bilans, couverture, echanges))


def trafic() -> Rapport:
    """Traffic judged without a plan: no scenario."""
    juge = rapport()
    return decider(replace(juge, entete=entete(mode="trafic", exemples=0), scenarios=()))


def conforme() -> Rapport:
    """An application that does all it must."""
    juge = rapport()
    premier = juge.scenarios[0]
    return decider(
        replace(
            juge,
            scenarios=(replace(premier, verifications=premier.verifications[:1]),),
            bilans=tuple(b for b in juge.bilans if b.etat is EtatExigence.PROUVEE),
            echanges=(),
        )
    )


LACUNE = Lacune("VIE-22", "Aucun DALO n'a été déclaré.", "sne-sandbox conform --scenario DALO")
DEUX = ("FID-01", "VIE-22")
#: One that is acquired, one that is not.
MENTIONS = (
    Mention("socle", "SNE 5.2 – socle", VerdictMention.ACQUISE, ("FID-01",), 1, quoi="Le minimum."),
    Mention("complet", "SNE 5.2 – complet", VerdictMention.INCOMPLETE, DEUX, 1, (LACUNE,), attestees=2),
)


def avec(juge: Rapport, exigence: str = "FID-02", **champs: object) -> Rapport:
    """The balance of that requirement with these fields."""
    bilans = (replace(b, **champs) if b.exigence == exigence else b for b in juge.bilans)  # type: ignore[arg-type]
    return replace(juge, bilans=tuple(bilans))


def excuse(juge: Rapport) -> Rapport:
    """The same, every check and balance of it excused; what it concludes is not said again."""
    scenarios = (
        replace(s, verifications=tuple(replace(v, connue="ticket 12") for v in s.verifications))
        for s in juge.scenarios
    )
    bilans = tuple(replace(b, connue="ticket 12") for b in juge.bilans)
    return replace(juge, scenarios=tuple(scenarios), bilans=bilans)


def grand(nombre: int = 75, par_scenario: int = 20) -> Rapport:
    """`nombre` scenarios of `par_scenario` checks, a tenth failed, each with its exchange."""
    juge = rapport()
    scenarios = []
    for rang in range(nombre):
        ident = f"GRP-{rang:02d}"
        verifications = []
        for n in range(par_scenario):
            exigence = f"EXI-{n:02d}"
            if n % 10:
                constat = Constat(exigence, True, "Tenue.", echange=rang)
                verifications.append(Verification(ident, exigence, Verdict.REUSSI, (constat,)))
            else:
                constat = Constat(exigence, False, "Enfreinte.", f"sorte_{n}", "a/b", "x", "y", rang)
                exemple = {"demandeur": {"nom": "Œ"}}
                verifications.append(
                    Verification(ident, exigence, Verdict.ECHOUE, (constat,), exemple, COMMANDE)
                )
        scenarios.append(
            ResultatScenario(ident, "GRP", "Un scénario", Verdict.ECHOUE, tuple(verifications), 10, 1.0)
        )
    requete = "<a>" + "<nom>Dupont</nom>\n" * 700 + "</a>"
    echanges = tuple(EchangeCite(n, "POST getNumUnique 200", requete, requete) for n in range(nombre))
    return decider(replace(juge, scenarios=tuple(scenarios), echanges=echanges))
