"""The tables, the same on SQLite and PostgreSQL, as data: a start reads no library for them. Every key begins
with the base: bases never meet.

Instants are integers (microseconds since 1970, UTC), days ISO text, both of which sort the same on either
engine; text compares by code point (`C` collation). `schema` makes them, `metadonnees` shows them to
SQLAlchemy; `migrations/` builds the same tables step by step, and `test_schema` proves it.
"""

from dataclasses import dataclass
from typing import Final

#: The Alembic revision that these tables stand for.
REVISION: Final = "v0005"
#: Revisions of before the first release: no database at one of them is migrated.
REVISIONS_SANS_SUITE: Final = frozenset({"0001", "0002", "0003", "0004", "0005"})
#: Revisions whose tables are these, but for what is deduced and for what came later (`depuis`): their
#: snapshots are restored, with nothing there but what `rattrapage` fills.
REVISIONS_EGALES: Final = frozenset({REVISION, "v0004", "v0003", "v0002", "v0001", "0005"})

#: Types of columns, as SQLite has them, and what a value of theirs is.
TEXTE, ENTIER, BOOLEEN, OCTETS = "TEXT", "BIGINT", "BOOLEAN", "BLOB"


@dataclass(frozen=True, slots=True)
class Colonne:
    """A column; `nulle` says whether it may hold nothing. `deduite` is what a new row has in it, in SQL, when
    it follows from other rows: no snapshot holds it. `depuis` is the revision that added it, "" for the
    first: what is older has nothing there, which it may hold."""

    nom: str
    type: str
    nulle: bool = False
    deduite: str = ""
    depuis: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that begins with the base, then `colonnes`; with `quand`, of the rows of interest only."""

    colonnes: str
    quand: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, whose first columns, `cle` of them, are its key. `parent` is the table whose row its rows go
    with, `range_par_cle` whether SQLite keeps them in the order of the key (WITHOUT ROWID), `deduite` that
    its rows follow from others: triggers (`schema`) write them, and no snapshot holds them; `depuis` the
    revision that added it (see `Colonne`)."""

    nom: str
    cle: int
    colonnes: tuple[Colonne, ...]
    parent: str | None = None
    range_par_cle: bool = False
    index: tuple[Index, ...] = ()
    deduite: bool = False
    depuis: str = ""

    @property
    def noms(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(colonne.nom for colonne in self.colonnes)

    @property
    def gardees(self) -> tuple[Colonne, ...]:
        """Its columns that are not deduced."""
        return tuple(colonne for colonne in self.colonnes if not colonne.deduite)


def _texte(nom: str, *, nulle: bool = False) -> Colonne:
    return Colonne(nom, TEXTE, nulle)


def _textes(*noms: str, nulle: bool = False) -> tuple[Colonne, ...]:
    return tuple(_texte(nom, nulle=nulle) for nom in noms)


def _entier(nom: str, *, nulle: bool = False) -> Colonne:
    return Colonne(nom, ENTIER, nulle)


def _octets(nom: str, *, nulle: bool = False) -> Colonne:
    return Colonne(nom, OCTETS, nulle)


base: Final = Table(
    "base",
    1,
    (
        _texte("nom"),
        _texte("semence"),
        _entier("seed"),
        _entier("fige_a", nulle=True),
        _entier("decalage"),  # microseconds
        _texte("reglages"),  # JSON
        _texte("derniere_nuit", nulle=True),
        _entier("creee_le", nulle=True),
        # Drawn again whenever guichets or event types change: what a process remembers of them is then stale.
        # Negative until the base is filled: nobody but who fills it sees it.
        _entier("jeton"),
        _entier("taille", nulle=True),
    ),
)

guichet: Final = Table(
    "guichet",
    2,
    (
        *_textes("base", "code"),
        *_textes("nature", "territoire", "nom", "adresse", "ouvert_le"),
        _texte("ferme_le", nulle=True),
        # Territories and deeds are words between blanks.
        Colonne("siren", TEXTE, nulle=True, depuis="v0004"),
        Colonne("siren_invente", BOOLEEN, nulle=True, depuis="v0004"),
        Colonne("autres_territoires", TEXTE, nulle=True, depuis="v0004"),
        Colonne("actes", TEXTE, nulle=True, depuis="v0004"),
    ),
    parent="base",
)

type_evenement: Final = Table(
    "type_evenement",
    2,
    (
        *_textes("base", "code"),
        _texte("territoire", nulle=True),
        _texte("definition"),  # JSON
    ),
    parent="base",
)

#: Counters: of numéros (named by the prefix « TTTMMAA » they share) and of events (named « evenement »).
sequence: Final = Table(
    "sequence",
    2,
    (
        *_textes("base", "nom"),
        _entier("dernier"),
    ),
    parent="base",
    range_par_cle=True,
)

demande: Final = Table(
    "demande",
    2,
    (
        *_textes("base", "numero_unique"),
        _entier("revision"),
        *_textes("territoire", "etat", "version", "guichet_createur", "guichet_dernier"),
        Colonne("touchee_par_autrui", BOOLEEN),
        *_textes("date_creation", "debut_validite", "fin_validite"),
        *_textes("date_renouvellement", "date_radiation", "motif_radiation", nulle=True),
        _entier("radiation_enregistree_le", nulle=True),
        _texte("statut_dalo", nulle=True),
        _entier("dalo_enregistre_le", nulle=True),
        _texte("numero_associe", nulle=True),
        # Drawn from the documents, for searches only.
        *_textes("ref_interne", "association_plie", "type_reservataire", "commune_attribution", nulle=True),
        # Last, so that a search reads the head of a row and no more. Compressed (zlib).
        _octets("document"),
        _octets("radiation", nulle=True),
        _octets("information_dalo", nulle=True),
    ),
    parent="base",
    # Partial wherever most rows have nothing to say: a plain registration pays for two of these and the key.
    index=(
        Index("date_creation, numero_unique"),  # a search by day reads it, and no demande
        Index("etat, date_creation, numero_unique", "etat = 'R'"),  # the latest are seldom radiated
        Index("fin_validite", "etat = 'A'"),
        Index("ref_interne, guichet_createur", "ref_interne IS NOT NULL"),
        Index("association_plie", "association_plie IS NOT NULL"),
        Index("date_renouvellement, numero_unique", "date_renouvellement IS NOT NULL"),
        Index("date_radiation, numero_unique", "date_radiation IS NOT NULL"),
        # The nights ask for those radiated for want of renewal, by the start of their validity.
        Index("motif_radiation, debut_validite", "motif_radiation IS NOT NULL"),
        Index("commune_attribution", "commune_attribution IS NOT NULL"),
        Index("radiation_enregistree_le, numero_unique", "radiation_enregistree_le IS NOT NULL"),
        Index("dalo_enregistre_le, numero_unique", "dalo_enregistre_le IS NOT NULL"),
    ),
)

demande_personne: Final = Table(
    "demande_personne",
    3,
    (
        *_textes("base", "numero_unique"),
        _entier("rang"),
        *_textes("role", "nom_plie", "patronymique_plie", "prenom_plie"),
        *_textes("date_naissance", "nir", nulle=True),
    ),
    parent="demande",
    range_par_cle=True,
    index=(
        Index("nom_plie, prenom_plie, date_naissance"),
        # Holds all that the search of duplicates reads: SQLite prefers the key to one that does not.
        Index("date_naissance, prenom_plie, nom_plie, patronymique_plie"),
        Index("nir", "nir IS NOT NULL"),
    ),
)

#: That of the demande: a search by commune, or by reason, and day of deposit reads one index.
_DEPOT: Final = Colonne(
    "date_creation",
    TEXTE,
    deduite="(SELECT date_creation FROM demande WHERE base = :base AND numero_unique = :numero_unique)",
)

demande_commune: Final = Table(
    "demande_commune",
    3,
    (*_textes("base", "numero_unique", "commune"), _DEPOT),
    parent="demande",
    range_par_cle=True,
    index=(Index("commune, date_creation, numero_unique"),),
)

demande_motif: Final = Table(
    "demande_motif",
    3,
    (*_textes("base", "numero_unique", "motif"), _DEPOT),
    parent="demande",
    range_par_cle=True,
    index=(Index("motif, date_creation, numero_unique"),),
)

#: What the statistics sort a demande by, kept narrow: they read every row of it. Ages are taken, and incomes
#: told, as on the day the present year of validity began.
demande_stat: Final = Table(
    "demande_stat",
    2,
    (
        *_textes("base", "numero_unique"),
        *_textes("date_creation", "composition"),
        _entier("personnes"),
        *_textes("date_naissance", "nationalite", "situation", "contrat", nulle=True),
        _entier("ressources"),  # euros a month; 0 when none is declared, which the next tells
        _entier("ressources_uc", nulle=True),  # euros a year and per UC, rounded down
        _texte("commune", nulle=True),  # the first one wished
        # Days it entered the stock and left it; without the first, its movements tell.
        Colonne("entree", TEXTE, nulle=True, deduite="NULL"),
        Colonne("sortie", TEXTE, nulle=True, deduite="NULL"),
        # The first reason of the demande, the first size of dwelling that it names.
        Colonne("motif", TEXTE, nulle=True, depuis="v0004"),
        Colonne("type_logement", TEXTE, nulle=True, depuis="v0004"),
    ),
    parent="demande",
    range_par_cle=True,
)

#: What quotas and statistics count of the decisions on a demande (`domain.attribution`): `rang` is the event
#: that tells one, 0 for what its radiation tells. No foreign key to the demande: its past outlives it.
decision: Final = Table(
    "decision",
    3,
    (
        *_textes("base", "numero_unique"),
        _entier("rang"),
        *_textes("jour", "guichet"),
        *_textes("issue", "bail", "siren", "commune", "souhaitee", nulle=True),
        *(Colonne(nom, BOOLEEN, nulle=True) for nom in ("en_quartier", "dalo", "prioritaire", "refus")),
        _entier("ressources_uc", nulle=True),  # euros a year and per UC, rounded down
    ),
    parent="base",
    range_par_cle=True,
    depuis="v0004",
)

#: No foreign key to the demande: its past outlives it.
mouvement: Final = Table(
    "mouvement",
    3,
    (
        *_textes("base", "numero_unique"),
        _entier("rang"),
        *_textes("genre", "jour"),
        _entier("effet"),
        Colonne("association", BOOLEEN),
        _texte("motif", nulle=True),
    ),
    parent="base",
    range_par_cle=True,
)

#: How many movements of a kind there were on a day in a territory; `motif` is « » without one.
flux: Final = Table(
    "flux",
    7,
    (
        *_textes("base", "territoire", "jour", "genre"),
        _entier("effet"),
        Colonne("association", BOOLEEN),
        _texte("motif"),
        _entier("nombre"),
    ),
    parent="base",
    range_par_cle=True,
    deduite=True,
)

#: Demandes that did not enter once and then leave at most once, always as the same kind of applicant: of
#: these alone, sums of `flux` do not tell whether they were in the stock.
demande_a_part: Final = Table(
    "demande_a_part",
    2,
    _textes("base", "numero_unique"),
    parent="base",
    range_par_cle=True,
    deduite=True,
)

evenement: Final = Table(
    "evenement",
    2,
    (
        _texte("base"),
        _entier("identifiant"),
        *_textes("numero_unique", "code_type", "auteur_creation"),
        _entier("cree_le"),
        _texte("nature"),
        *_textes("date_survenance", "commentaire", nulle=True),
        _texte("caracteristiques"),  # JSON
        _texte("auteur_modification", nulle=True),
        _entier("modifie_le", nulle=True),
        Colonne("suite", TEXTE, nulle=True, depuis="v0004"),
        Colonne("suite_le", TEXTE, nulle=True, depuis="v0004"),
    ),
    parent="demande",
    # Few events wait for a radiation: the nights ask for them.
    index=(Index("numero_unique, identifiant"), Index("suite_le", "suite_le IS NOT NULL")),
)

#: No foreign key: what is sent to a base that does not exist has its line too.
echange: Final = Table(
    "echange",
    2,
    (
        _texte("base"),
        _entier("identifiant"),
        _entier("recu_le"),
        _entier("instant_base", nulle=True),
        _texte("verdict"),
        _entier("statut"),
        _entier("duree_us"),
        *_textes("methode", "chemin"),
        *_textes("guichet", "service", "operation", "type_fichier", "version", "numero_unique", nulle=True),
        _texte("details"),  # JSON
        _octets("requete"),
        _octets("reponse"),
    ),
    index=(
        Index("numero_unique, identifiant", "numero_unique IS NOT NULL"),
        # Holds all that the measures read: they never walk through the bytes of the exchanges.
        Index("operation, verdict, duree_us"),
        # Few are so, and are looked for among all.
        Index("verdict, identifiant", "verdict IN ('fault', 'refus', 'erreur')"),
    ),
)

#: Exchanges of a base: id of the last, id before the first since the journal was emptied, how many dropped.
journal_compteur: Final = Table(
    "journal_compteur",
    1,
    (
        _texte("base"),
        _entier("dernier"),
        _entier("origine"),
        _entier("oublies"),
    ),
    range_par_cle=True,
)

panne: Final = Table(
    "panne",
    2,
    (
        _texte("base"),
        _entier("identifiant"),
        _texte("definition"),  # JSON
        _entier("restantes", nulle=True),
        _entier("armee_le"),
    ),
    parent="base",
)

#: Inboxes and outboxes of the asynchronous channel; `boite` is « entree » or « sortie ».
fichier: Final = Table(
    "fichier",
    4,
    (
        *_textes("base", "guichet", "boite", "nom"),
        _entier("depose_le"),
        _entier("traite_le", nulle=True),
        _octets("contenu"),
    ),
    parent="base",
)

#: What guichets did, in order, for dispatching: the state before each change, as `demande` holds it (nothing
#: for a creation). No foreign key to the demande: it may be gone.
changement: Final = Table(
    "changement",
    2,
    (
        _texte("base"),
        _entier("identifiant"),
        *_textes("territoire", "numero_unique", "auteur"),
        _entier("instant"),
        _texte("date_renouvellement", nulle=True),
        _octets("document", nulle=True),
        _octets("radiation", nulle=True),
        _octets("information_dalo", nulle=True),
    ),
    parent="base",
    range_par_cle=True,
)

#: Who may enter beside SOAP (`store.jetons_en_base`): the hash of a token, never the token. `droit` is
#: « tout », « base » (of `base`) or « lecture »; the row of the read-only link has no hash: its token is made
#: of the key of the cookies and of `cree_le`.
jeton: Final = Table(
    "jeton",
    1,
    (
        *_textes("nom", "empreinte", "droit"),
        _texte("base", nulle=True),
        _entier("cree_le"),
        _entier("vu_le", nulle=True),
        _entier("expire_le", nulle=True),
    ),
    depuis="v0005",
)

#: The codes of a link that have been used, until they would be too old anyway.
code_utilise: Final = Table(
    "code_utilise", 1, (_texte("empreinte"), _entier("expire_le")), range_par_cle=True, depuis="v0005"
)

#: How often a wrong token came, and when the last did: one row, `nom` « refus ».
jeton_compteur: Final = Table(
    "jeton_compteur", 1, (_texte("nom"), _entier("nombre"), _entier("dernier_le")), depuis="v0005"
)

#: The state of a base, children first: what « etat » empties.
ETAT: Final = (
    fichier,
    changement,
    evenement,
    flux,
    demande_a_part,
    mouvement,
    decision,
    demande_stat,
    demande_motif,
    demande_commune,
    demande_personne,
    demande,
    sequence,
)
#: Everything of a base but its own row, children first.
CONTENU: Final = (*ETAT, panne, echange, journal_compteur, type_evenement, guichet)

#: Bytes that the servers of one database share (`coffre`), whatever the base. `version` counts how
#: often they were written.
coffre: Final = Table(
    "coffre",
    1,
    (_texte("nom"), Colonne("chiffre", BOOLEEN), _entier("version"), _octets("contenu")),
    depuis="v0005",
)
#: The processes that serve this database (`store.plusieurs_serveurs.voisins`), while they live.
serveur: Final = Table(
    "serveur",
    1,
    (*_textes("cle", "hote", "version", "contrats"), _entier("vu_le")),
    depuis="v0005",
)
#: Files that the servers of this database share (`store.plusieurs_serveurs.classeur`), cut into pieces.
piece: Final = Table(
    "piece",
    3,
    (*_textes("dossier", "nom"), _entier("rang"), _entier("ecrit_le"), _octets("contenu")),
    depuis="v0005",
)
#: What belongs to no base: `CONTENU` and snapshots know nothing of it.
PARTAGE: Final = (coffre, serveur, piece, jeton, code_utilise, jeton_compteur)
