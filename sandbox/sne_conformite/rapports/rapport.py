"""The contents of a judgement, as values: every report is drawn from one `Rapport`.

This module defines the vocabulary, and each word means one thing, in the code as in the reports:

- *exigence*: a requirement on an application, a row of `requirements.csv` (MUST or SHOULD);
- *constat* (finding): one thing seen of one requirement, held or broken, at one place. Alike ones have one
  `sorte`, and are told together (`constats_groupes`);
- *vérification* (check): a requirement in a scenario, « SCENARIO/EXIGENCE », with its *verdict* and the
  findings that led to it. A scenario has a verdict too;
- *bilan* (balance): all that was seen of a requirement, in scenarios and in the traffic, with its *état*;
- *manquement*: a check that failed or could not be carried out, a requirement that broke. One that a
  baseline excuses is *connu*;
- *issue*: the word by which a verdict or a state is told, given what it costs (`verdict_de_conformite`);
- *motif*: a French sentence of why the whole does not conform; the *conclusion* says the mentions that are
  acquired, or what was covered (`verdict_de_conformite.conclure`);
- *mention*: what a product may say it has attained, a row of `certification.toml`; what it lacks for it is
  its *lacunes*. The *candidat* is the product, as its vendor declares it.

During a judgement, a *récolte* gathers the findings of a scenario's examples, and a *recueil* those of the
whole judgement. An *accident* is a thing that the suite itself failed to judge: no finding, and no verdict on
the application. An *angle mort* (blind spot) is a thing that the tests did not exercise, or not carry
through: the report concludes nothing from it. A breach that the rules find in a message is no constat: it is
an `Infraction`, then an `Anomalie`.
"""

import errno
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from sne_interface.domain.texte import plier
from sne_interface.resources import table

if TYPE_CHECKING:
    from sne_interface.contract.exigences_et_mentions import Exigence

#: Mode of a report on whatever traffic came: its « scenarios » are families of requirements.
TRAFIC: Final = "trafic"
#: What is said of traffic that bears the marks of the reference application.
MARQUES: Final = "porte les marques de l'application témoin"
#: Nature of an answer that refuses.
REFUS: Final = "refus"
_TITRES: Final = table(__file__)
#: Groups of scenarios, in the order of the plan: folder -> title.
GROUPES: Final = {dit["cle"]: dit["titre"] for dit in _TITRES if dit["genre"] == "groupe"}
#: Families of requirements, in the order of the contract: first letters of an id -> title.
FAMILLES: Final = {dit["cle"]: dit["titre"] for dit in _TITRES if dit["genre"] == "famille"}
#: Version of the JSON shape of a report (`fixtures/schemas/rapport.schema.json`).
FORMAT_RAPPORT = 2
#: Those that are read: 1 told a recommendation that is not followed as a failure.
FORMATS_LUS: Final = (1, FORMAT_RAPPORT)
#: Of a field that reports of the same format may lack: they were written before it existed.
FACULTATIF: Final = {"facultatif": True}


def facultatif(defaut: Any = "") -> Any:
    """Such a field, with its value where it lacks."""
    return field(default=defaut, metadata=FACULTATIF)


#: What a balance repeats of its requirement.
_TEXTES: Final = ("texte", "niveau", "source", "remede", "risque", "fidelite")


#: Kinds of findings whose `observe` is what the application said, of it how many characters and words tell
#: one from another, and what is not kept: what it quotes; words with a digit or a capital, which are numbers
#: and names, but for those of errors (« KeyError », « ECONNREFUSED ») and of HTTP.
_DITES: Final = frozenset({"reponse_non_lue", "issue_inattendue", "ne_repart_pas"})
_DIT_MAX: Final = 1000
_MOTS_MAX: Final = 15
_CITE: Final = re.compile(r'«[^»]*»|"[^"]*"|\[[^\]]*\]')
_ERREUR: Final = re.compile(
    rf"^\D*[a-z][A-Z]\D*$|^\D*(_|Error|Exception)\D*$|\b({'|'.join(errno.errorcode.values())})\b"
)
_STATUT: Final = re.compile(r"\bHTTP\S* ([1-5]\d\d)\b")
_PONCTUATION: Final = ".,;:!?()"
#: A name in several words, two small ones between two of them: « Pérez y Núñez ».
_NOM: Final = re.compile(r"#(?: (?:[^\W\d_]{1,3} ){0,2}#)+")


class Verdict(StrEnum):
    """How a check (vérification), or a scenario, ended."""

    REUSSI = "réussi"
    ECHOUE = "échoué"
    #: A precondition was missing: nothing could be looked for.
    IGNORE = "ignoré"
    #: The application says that it does not do this.
    SANS_OBJET = "sans objet"
    #: The suite, or the link to the application, failed.
    ERREUR = "erreur"
    #: Not run yet, or run without any evidence.
    EN_ATTENTE = "en attente"


class EtatExigence(StrEnum):
    """The state of a requirement at the end (its bilan)."""

    PROUVEE = "prouvée"
    ENFREINTE = "enfreinte"
    SANS_PREUVE = "sans preuve"
    #: requirements.csv says why.
    NON_TESTEE = "non testée"


class VerdictMention(StrEnum):
    """How far a mention is attained. The first of these that is true, in this order."""

    #: The trial did not go to its end.
    INACHEVEE = "inachevée"
    #: A MUST that the mention demands is broken, and nothing excuses it.
    REFUSEE = "refusée"
    #: Something that it demands has no evidence, or an attestation lacks.
    INCOMPLETE = "incomplète"
    #: A recommendation is not followed, a known failure (baseline) is excused, the contract is overlaid.
    RESERVES = "acquise avec réserves"
    ACQUISE = "acquise"


@dataclass(frozen=True, slots=True)
class Constat:
    """One thing seen of one requirement. `tenue` says that it held. `sorte` is a stable slug
    (« cotitulaire_absent ») by which alike findings are grouped; `phrase` is French; `chemin` a path in the
    document; `echange` an id of the journal; `exemple` the smallest household (JSON of the protocol) found to
    show it, when one was looked for; `cause` the requirement whose breach explains this one, which is then
    charged to nobody, "" when none does; `remede` what a developer does about this very one, "" when nothing
    more is known than what its requirement says.
    """

    exigence: str
    tenue: bool
    phrase: str
    sorte: str = ""
    chemin: str = ""
    attendu: str = ""
    observe: str = ""
    echange: int | None = None
    exemple: Mapping[str, Any] | None = field(default=None, compare=False, metadata=FACULTATIF)
    cause: str = facultatif()
    remede: str = facultatif()

    @property
    def rompue(self) -> bool:
        """Tell whether it is a breach to be charged."""
        return not (self.tenue or self.cause)

    @property
    def genre(self) -> str:
        """Its sorte; of a sorte that has several causes, also a digest of what tells them apart: the remedy,
        and what the application said, without what changes from one household to the next."""
        dit = _forme(self.observe) if self.sorte in _DITES else ""
        marque = f"{self.remede}{dit}".encode("utf-8", "replace")
        return f"{self.sorte}-{crc32(marque):08x}" if marque else self.sorte


def _forme(dit: str) -> str:
    """The words of an application, without those that change from one household to the next."""
    mots = _CITE.sub("#", dit[:_DIT_MAX]).split()
    restent = (
        m if _ERREUR.search(m) or (m.islower() and m.strip(_PONCTUATION).isalpha()) else "#" for m in mots
    )
    formes = _NOM.sub("#", " ".join(restent)).split()[:_MOTS_MAX]
    return " ".join([*formes, *_STATUT.findall(dit[:_DIT_MAX])])


@dataclass(frozen=True, slots=True)
class Verification:
    """A requirement in a scenario. `exemple` is that of the first of `constats` that has one, `commande`
    plays it again, `raison` says in French why nothing could be said when nothing could."""

    scenario: str
    exigence: str
    verdict: Verdict
    constats: tuple[Constat, ...] = ()
    exemple: Mapping[str, Any] | None = None
    commande: str = ""
    raison: str = ""
    #: Reason of the baseline that excuses this failure; "" when nothing does.
    connue: str = ""
    #: Requirement whose breach explains that nothing could be said of this one; "" when none does.
    cause: str = facultatif()

    @property
    def id(self) -> str:
        """« SCENARIO/EXIGENCE »."""
        return f"{self.scenario}/{self.exigence}"


@dataclass(frozen=True, slots=True)
class ResultatScenario:
    """A scenario of the plan, run. `duree` in seconds; `exemples` those that were run; `retard` says in
    French what was too slow for all of them to be judged, "" when all were."""

    id: str
    groupe: str
    titre: str
    verdict: Verdict
    verifications: tuple[Verification, ...] = ()
    exemples: int = 0
    duree: float = 0.0
    raison: str = ""
    #: Commands that the application knows and declined (« non_gere ») here; of each, the ids of the hard
    #: forms that all those households have.
    declins: Mapping[str, Any] = field(default_factory=dict, metadata=FACULTATIF)
    retard: str = facultatif()


@dataclass(frozen=True, slots=True)
class Bilan:
    """A requirement at the end. `niveau` is MUST or SHOULD; `preuves` how many times it was seen held,
    `constats` where it broke; `raison` says why it is not tested, when it is not."""

    exigence: str
    texte: str
    niveau: str
    source: str
    etat: EtatExigence
    preuves: int = 0
    constats: tuple[Constat, ...] = ()
    raison: str = ""
    #: Reason of the baseline that excuses all of `constats`; "" when one of them is not excused.
    connue: str = ""
    #: How many times it broke, by `sorte`: more than `constats` keeps.
    nombres: Mapping[str, Any] = field(default_factory=dict, compare=False, metadata=FACULTATIF)
    #: French sentence: what a developer does when it breaks.
    remede: str = facultatif()
    #: French sentence: what a household risks when it breaks.
    risque: str = facultatif()
    #: How far `source` goes: attestée, déduite or convention; "" in a report of before it was told.
    fidelite: str = facultatif()
    #: The condition under which it breaks, in French, by `sorte`; a kind of which none is known has none.
    conditions: Mapping[str, Any] = field(default_factory=dict, compare=False, metadata=FACULTATIF)

    #: Ids of the hard forms in which it was seen held (`certification.toml`), when it has some.
    duretes: tuple[str, ...] = facultatif(())

    @classmethod
    def de(cls, exigence: "Exigence", etat: EtatExigence, **autres: Any) -> "Bilan":
        """That of a requirement of the contract; `autres` is what is known of it beside its texts."""
        textes = {nom: getattr(exigence, nom) for nom in _TEXTES}
        return cls(exigence=exigence.id, etat=etat, **textes, **autres)

    def remedes(self, constats: Sequence[Constat]) -> str:
        """The remedies of these findings of it, each once; that of the requirement for none."""
        return " ".join(dict.fromkeys(c.remede or self.remede for c in constats if c.rompue)) or self.remede

    @property
    def source_dite(self) -> str:
        """Its source, after how far it goes when that is known: « attestée : WSDL publié »."""
        return f"{self.fidelite} : {self.source}" if self.fidelite else self.source


@dataclass(frozen=True, slots=True)
class Rubrique:
    """One heading of the coverage: what was seen of what there is, in the contract's order."""

    nom: str
    titre: str
    vus: tuple[str, ...]
    manquants: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many there are of that heading, seen or not."""
        return len(self.vus) + len(self.manquants)


@dataclass(frozen=True, slots=True)
class EchangeCite:
    """An exchange that a finding points at, as shown: every NIR masked. Texts of request and answer."""

    identifiant: int
    resume: str
    requete: str
    reponse: str
    #: Lines of `requete`, from 1, that the SNE complained of.
    lignes: tuple[int, ...] = facultatif(())


@dataclass(frozen=True, slots=True)
class ReponseDuSne:
    """The answers of the SNE beside its acceptance, of one `code`: informative, they change no verdict unless
    nothing was accepted (`verdict_de_conformite.RIEN_D_ACCEPTE`).
    `nature` is « refus », « refus à venir » (what a rule would refuse next, once the schema accepts),
    « contrat à venir » (what it would refuse, `code` being the change), « avertissement » or « tolérance »
    (what was written amiss, and read all the same);
    `message`, `chemin` (in the document) and `remede` those of the first time; `echanges` the first ones.
    """

    nature: str
    code: str
    message: str
    nombre: int
    echanges: tuple[int, ...] = ()
    chemin: str = facultatif()
    remede: str = facultatif()

    @property
    def phrase(self) -> str:
        """Where, what and what to do, in French."""
        tete = f"{self.code}, {self.chemin}" if self.chemin else self.code
        return f"{tete} : {self.message}{f' → {self.remede}' if self.remede else ''}"


@dataclass(frozen=True, slots=True)
class AngleMort:
    """A thing that the traffic judged leaves unseen: it changes no verdict. `quoi` is a stable slug, `phrase`
    says it in French, `commande` is what would show it: a command, or a page of the guide."""

    quoi: str
    phrase: str
    commande: str = ""


@dataclass(frozen=True, slots=True)
class Accident:
    """A failure of the suite itself on an exchange (its id in the journal, None for no one exchange): an
    error of ours, told as such, and never a finding. `quoi` says what in French, an infinitive; the
    requirements of `exigences` were not judged there. `trace` are the frames that led to `erreur`, one a
    line, no value in them."""

    echange: int | None
    quoi: str
    exigences: tuple[str, ...]
    erreur: str
    trace: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Attestation:
    """A fact that the vendor alone can see, and vouches for: `exigence` is met. `fichier` is the piece that
    shows it, by its name, `sha256` its digest in hexadecimal; both "" when there is none."""

    exigence: str
    auteur: str
    date: str
    phrase: str
    fichier: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Candidat:
    """A product as its vendor declares it (`candidat.toml`): `roles` and `options` are ids of
    `certification.toml`; `pile` its SOAP stack, `empreinte` the digest or commit of what was tried."""

    editeur: str
    produit: str
    version: str
    roles: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    pile: str = ""
    empreinte: str = ""
    attestations: tuple[Attestation, ...] = ()
    #: What it says it does not do: ids of `certification.toml`.
    hors: tuple[str, ...] = facultatif(())


@dataclass(frozen=True, slots=True)
class Lacune:
    """One thing that a mention lacks. `quoi` is the id of it (of a requirement, an operation, a role, an
    option, a condition of the trial); `phrase` says in French why it lacks; `commande` is what would prove
    it, "" where only the vendor can."""

    quoi: str
    phrase: str
    commande: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention, and how far it is attained. `exigences` are those that it demands of this product,
    `prouvees` how many of them are, `attestees` how many its vendor alone vouches for; `lacunes` the smallest
    list that would make it `acquise`; `reserves` French sentences."""

    id: str
    titre: str
    verdict: VerdictMention
    exigences: tuple[str, ...] = ()
    prouvees: int = 0
    lacunes: tuple[Lacune, ...] = ()
    reserves: tuple[str, ...] = ()
    #: Requirements that another, proved, stands for (an alternative).
    ignorees: tuple[str, ...] = facultatif(())
    attestees: int = facultatif(0)
    #: What it is, in one sentence.
    quoi: str = facultatif()

    @property
    def acquise(self) -> bool:
        """Tell whether it is, with reserves or without."""
        return self.verdict in (VerdictMention.ACQUISE, VerdictMention.RESERVES)


@dataclass(frozen=True, slots=True)
class Entete:
    """The header of a report: the tool that judged, the thing judged, the way it was judged."""

    outil: str
    contrat: str
    profil: str
    #: TRAFIC (driverless) or « plan » (driven).
    mode: str
    application: str
    base: str
    graine: int
    commande: str
    debut: datetime
    fin: datetime
    echanges: int = 0
    exemples: int = 0
    #: French sentences: how many exchanges the journal had lost when it was judged, why, and the remedy; what
    #: the suite itself failed to judge, of which exchanges, by what error.
    non_juges: str = facultatif()
    #: Of `echanges`, in mode TRAFIC, those that the SNE refused: anomalies, or a fault or an HTTP status by
    #: the fault of the sender.
    refuses: int = facultatif(0)
    #: French sentence: why the trial did not go to its end (a signal, the tool, the application that never
    #: answered); "" when it did. The report is then partial, and concludes nothing.
    inacheve: str = facultatif()
    #: The product as its vendor declares it; None when nobody did.
    candidat: Candidat | None = field(default=None, metadata=FACULTATIF)
    #: SHA-256, in hexadecimal, of what judged: rules, requirements, certification, plan, overlay, judge.
    empreintes: Mapping[str, Any] = field(default_factory=dict, metadata=FACULTATIF)
    #: The verifier's challenge, from which seed, households and clock were drawn; "" when there is none.
    defi: str = facultatif()
    #: MARQUES, when the traffic bears them; "" when it does not.
    marques: str = facultatif()
    #: French clause: in what the plan that was played is not that of the interface; "" when it is.
    autre_plan: str = facultatif()
    #: Files of the user's folder that was laid over the contract; none when the contract is as shipped.
    surcharge: tuple[str, ...] = facultatif(())
    #: French sentences: rules that the contract does not apply, as it binds nothing to what they read.
    regles_eteintes: tuple[str, ...] = facultatif(())

    @property
    def identite(self) -> str:
        """How far it is known whose run it is, in French."""
        dite = "répondue dans le défi" if self.defi else "non demandée par un défi"
        return f"{dite} ; ce trafic {self.marques}" if self.marques else dite

    def usurpee(self, candidat: Candidat | None) -> str:
        """The name, of the application or of the product, under which the reference application's traffic
        is shown; "" when it is under its own, or is not its traffic."""
        noms = ("" if self.mode == TRAFIC else self.application, candidat.produit if candidat else "")
        autres = (nom for nom in noms if nom and plier(nom).rstrip("0123456789") != "temoin")
        return next(autres, "") if self.marques else ""


@dataclass(frozen=True, slots=True)
class Rapport:
    """A whole judgement. `conforme` decides the exit code; `motifs` says in French why it is not."""

    entete: Entete
    conforme: bool
    motifs: tuple[str, ...] = ()
    scenarios: tuple[ResultatScenario, ...] = ()
    bilans: tuple[Bilan, ...] = ()
    couverture: tuple[Rubrique, ...] = ()
    echanges: tuple[EchangeCite, ...] = ()
    reponses: tuple[ReponseDuSne, ...] = facultatif(())
    mentions: tuple[Mention, ...] = facultatif(())
    #: The first ones, with their traces; `entete.non_juges` says all of them in short.
    accidents: tuple[Accident, ...] = facultatif(())
    angles_morts: tuple[AngleMort, ...] = facultatif(())

    @property
    def verifications(self) -> tuple[Verification, ...]:
        """Every check, in the plan's order."""
        return tuple(v for s in self.scenarios for v in s.verifications)


@dataclass(frozen=True, slots=True)
class Alentours:
    """The facts known beside a report when its files are written: `avant` is the report that was in the
    folder, None when there was none; `preuves` the SHA-256 of the evidence package, in hexadecimal, ""
    without one; `signatures` names in French those who signed that package, none of them when nobody did,
    None when it is not known; `classe` that of the attestation and what makes it so, in French, "" when it is
    not known; `numero` that of the certificate, "" without a package; `gardees` are the words that asked for
    mentions, for a baseline and for the folder; `suite` is what to do next and the command to type, both ""
    for nothing, None when it is for who ran the trial (`verdict_de_conformite.prochaine_etape`)."""

    avant: Rapport | None = None
    preuves: str = ""
    signatures: tuple[str, ...] | None = None
    classe: str = ""
    numero: str = ""
    gardees: tuple[str, ...] = ()
    suite: tuple[str, str] | None = None


SEUL: Final = Alentours()


# --- the event stream, from which every report is written --------------------------------------------


@dataclass(frozen=True, slots=True)
class DebutJugement:
    """A judgement begins; `total` scenarios are to come (0 when none is told apart), which are families of
    requirements in mode TRAFIC. `niveaux` are MUST or SHOULD by requirement."""

    application: str
    total: int
    niveaux: Mapping[str, str] = field(default_factory=dict)
    mode: str = "plan"


@dataclass(frozen=True, slots=True)
class ScenarioCommence:
    """A scenario begins; `rang` from 1."""

    id: str
    groupe: str
    titre: str
    rang: int


@dataclass(frozen=True, slots=True)
class ScenarioFini:
    """A scenario has ended, with its checks; with exchanges that it made, where they were asked for."""

    resultat: ResultatScenario
    echanges: tuple[EchangeCite, ...] = ()


@dataclass(frozen=True, slots=True)
class Fin:
    """The end: all that was judged."""

    rapport: Rapport


Evenement = DebutJugement | ScenarioCommence | ScenarioFini | Fin
