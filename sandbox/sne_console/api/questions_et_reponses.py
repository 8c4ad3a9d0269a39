"""The material of every resource of the API: the fields of its questions, the schemas of its answers.

A call is a function under `@blueprint.get`, `.post`… (`Appels`). A question (body or query) is a marshmallow
class below `QuestionSchema`, which checks it; `questions` makes those that the TOML beside a module declares.
An answer is a frozen dataclass (`domain/valeurs_en_json.py`), or a list of them: the annotation of the
function says it, describes it, and writes it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from enum import Enum
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, Union, get_args, get_origin

import marshmallow
import tomli
from flask import request
from flask_smorest import Blueprint
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import UnprocessableEntity

from sne_interface.domain.base import ANNEES
from sne_interface.domain.valeurs_en_json import champs_publies, en_json
from sne_interface.resources import table

_Vue = TypeVar("_Vue")
#: What a call reads of its question or of its body, by field.
QuestionLue = dict[str, Any]


# --- marshmallow in French ----------------------------------------------------------------------------------

#: What marshmallow says, below `errors` in a problem, of a value it refuses (`questions_et_reponses.csv`): by
#: class, by message.
PHRASES: Final = {
    attrgetter(classe)(marshmallow): {ligne["cle"]: ligne["phrase"] for ligne in lignes}
    for classe, lignes in groupby(table(__file__), key=itemgetter("classe"))
}


def _traduire() -> None:
    """Gives marshmallow's classes our sentences: what is declared from then on speaks French."""
    for classe, phrases in PHRASES.items():
        if issubclass(classe, Schema):
            classe.error_messages = dict(phrases)
        elif issubclass(classe, fields.Field):
            classe.default_error_messages = {**classe.default_error_messages, **phrases}
        else:
            for nom, phrase in phrases.items():
                setattr(classe, nom, phrase)


_traduire()


# --- questions ----------------------------------------------------------------------------------------------


class QuestionSchema(Schema):
    """A question, in a body or after « ? »: a field that is not declared is refused, and described so."""

    #: A body to try.
    exemple: ClassVar[Mapping[str, Any] | None] = None

    class Meta:
        """Marshmallow's options."""

        unknown = RAISE

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> None:
        """Marshmallow's: what is refused. A field that it does not know is told those like it."""
        inconnu = self.error_messages["unknown"]
        if isinstance(error.messages, dict):
            for nom, dits in error.messages.items():
                if dits == [inconnu]:
                    error.messages[nom] = [_inconnu(inconnu, nom, noms_de(type(self)))]


def noms_de(question: type[QuestionSchema]) -> frozenset[str]:
    """The names that a question may have."""
    return frozenset(champ.data_key or nom for nom, champ in question().fields.items())


def _inconnu(phrase: str, nom: str, connus: Iterable[str]) -> str:
    """The sentence about a name that is none of `connus`: those like it, else all of them."""
    noms = sorted(connus)
    trouves = get_close_matches(nom, noms, n=1)
    if trouves:
        return f"{phrase} → vouliez-vous écrire « {trouves[0]} » ?"
    if not noms:
        return f"{phrase} → retirez-le : cet appel n'en a aucun."
    return f"{phrase} → connus : {', '.join(noms)}."


class Booleen(fields.Boolean):
    """true or false of a JSON body: numbers and words are neither."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Entier(fields.Integer):
    """A whole number of a JSON body, as JSON means it: 3 and 3.0 are the same, "3" is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def _verifier_annee(jour: date) -> None:
    if jour.year not in ANNEES:
        raise ValidationError(f"L'année est hors de portée : de {ANNEES[0]} à {ANNEES[-1]}.")


#: A kind of field, and what it checks by itself.
Genre = tuple[Callable[..., fields.Field[Any]], Any]
#: A name that fits an address.
NOM: Final = validate.Regexp(
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$",
    error="Attendu : des lettres sans accent, des chiffres, - et _, 40 au plus.",
)
#: Kinds of fields that the TOML of a module of the API may declare, and what each checks by itself.
_GENRES: Final[Mapping[str, Genre]] = {
    "texte": (fields.String, None),
    "nom": (fields.String, NOM),
    "nombre": (fields.Integer, None),
    "entier": (Entier, None),
    "booleen": (Booleen, None),
    "oui_non": (fields.Boolean, None),
    "jour": (fields.Date, _verifier_annee),
}


def questions(
    module: str, genres: Mapping[str, Genre] | None = None, **connus: Iterable[Any]
) -> dict[str, type[QuestionSchema]]:
    """The questions of a module of the API, given by its `__file__`, by name: the TOML beside it declares
    them. `comme` names one whose fields come first, `exemple` is a body to try; of a field, `dit` is what it
    means, `genre` one of ours or of `genres`; `parmi` and `bornes` (the values it may have) may name one of
    `connus`; `omis` gives it no value when it is left out, and `nul` lets it be null."""
    lues: dict[str, type[QuestionSchema]] = {}
    tous = {**_GENRES, **(genres or {})}
    for nom, dite in tomli.loads(Path(module).with_suffix(".toml").read_text("utf-8")).items():
        mere = lues[dite["comme"]] if "comme" in dite else QuestionSchema
        champs = {champ: _champ_declare(dit, tous, connus) for champ, dit in dite["champs"].items()}
        lues[nom] = type(f"{nom}Schema", (mere,), {**champs, "exemple": dite.get("exemple")})
    return lues


def _champ_declare(
    dit: Mapping[str, Any], genres: Mapping[str, Genre], connus: Mapping[str, Iterable[Any]]
) -> fields.Field[Any]:
    genre, verifier = genres[dit.get("genre", "texte")]
    permis = dit.get("parmi") or dit.get("bornes") or ()
    valeurs = connus[permis] if isinstance(permis, str) else permis
    if "parmi" in dit:
        verifier = validate.OneOf([str(valeur) for valeur in valeurs])
    elif "bornes" in dit:
        verifier = validate.Range(*valeurs)
    elif "motif" in dit:
        verifier = validate.Regexp(dit["motif"], error=dit["attendu"])
    dits = {"description": dit.get("dit"), "example": dit.get("exemple")}
    options: dict[str, Any] = {"allow_none": True} if dit.get("nul") else {}
    if dit.get("requis"):
        options["required"] = True
    elif "omis" not in dit:
        options["load_default"] = dict if dit.get("defaut") == {} else dit.get("defaut")
    meta = {cle: texte for cle, texte in dits.items() if texte}
    return genre(validate=verifier, metadata=meta, **options)


# --- answers ------------------------------------------------------------------------------------------------

_SIMPLES: Final[Mapping[Any, type[fields.Field[Any]]]] = {
    str: fields.String,
    int: fields.Integer,
    bool: fields.Boolean,
    float: fields.Float,
    Decimal: fields.Float,
    datetime: fields.String,
    date: fields.String,
}


class ReponseSchema(Schema):
    """The schema of an answer: it describes a dataclass, and writes its values."""

    def dump(self, obj: Any, *, many: bool | None = None) -> Any:
        """The JSON of a value, or of several."""
        return en_json(obj)


@cache
def _schema(valeur: type) -> type[ReponseSchema]:
    """Described under its `NOM_PUBLIE` or the name of the class, each field by its type and what is said
    beside it."""
    nom = vars(valeur).get("NOM_PUBLIE", valeur.__name__)
    champs = {champ: _champ(annotation) for champ, annotation in champs_publies(valeur).items()}
    return type(
        f"{nom}Schema",
        (ReponseSchema,),
        {**champs, "__doc__": valeur.__doc__, "__module__": __name__},
    )


def _champ(annotation: Any, required: bool = True) -> fields.Field[Any]:
    """The field of a type: `Annotated`, « or None », a list, a mapping, an enumeration, a dataclass or what
    JSON has of its own."""
    meta: dict[str, Any] = {}
    if get_origin(annotation) is Annotated:
        annotation, *dits = get_args(annotation)
        for dit in dits:
            meta |= {"description": dit} if isinstance(dit, str) else dit
    options: dict[str, Any] = {"required": required, "metadata": meta}
    if get_origin(annotation) in (Union, UnionType):
        options["allow_none"] = True
        (annotation,) = [branche for branche in get_args(annotation) if branche is not NoneType]
    origine, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, type) and annotation in _SIMPLES:
        return _SIMPLES[annotation](**options)
    if origine is Literal or (isinstance(annotation, type) and issubclass(annotation, Enum)):
        valeurs = arguments or tuple(annotation)
        return fields.String(validate=validate.OneOf([str(v) for v in valeurs]), **options)
    if is_dataclass(annotation):
        return fields.Nested(_schema(annotation), **options)  # type: ignore[arg-type]
    if isinstance(origine, type) and issubclass(origine, Mapping):
        cle, dedans = arguments
        if dedans is Any:
            return fields.Dict(**options)
        return fields.Dict(keys=_champ(cle, False), values=_champ(dedans, False), **options)
    return fields.List(_champ(arguments[0], False), **options)


# --- calls --------------------------------------------------------------------------------------------------


#: Every call, by its endpoint: the names that its question may have, and whether it takes JSON.
_PAR_ENDPOINT: Final[dict[str, tuple[frozenset[str], bool]]] = {}


def refuser_inconnus() -> None:
    """Refuses a question, or a body, that the call would not read: what it asks for would be left out in
    silence. Raises UnprocessableEntity."""
    if request.endpoint not in _PAR_ENDPOINT:
        return
    connus, prend_un_corps = _PAR_ENDPOINT[request.endpoint]
    refus: dict[str, Any] = {}
    inconnus = request.args.keys() - connus
    if inconnus:
        refus["query"] = {nom: [_inconnu("Ce paramètre est inconnu.", nom, connus)] for nom in inconnus}
    corps = request.get_json(silent=True) if request.is_json and not prend_un_corps else None
    if corps:
        refus["json"] = {
            nom: [_inconnu("Ce champ est inconnu.", nom, ())]
            for nom in (corps if isinstance(corps, dict) else ["_schema"])
        }
    if refus:
        erreur = UnprocessableEntity()
        erreur.data = {"errors": refus}  # type: ignore[attr-defined]
        raise erreur


class Appels(Blueprint):
    """The calls about one subject: their addresses are below `chemin`."""

    def __init__(self, nom: str, chemin: str, description: str) -> None:
        super().__init__(nom, __name__, url_prefix=f"/api/v1{chemin}", description=description)

    def route(
        self,
        rule: str,
        *,
        question: type[QuestionSchema] | None = None,
        corps: type[QuestionSchema] | None = None,
        statut: int = 200,
        schema: Any = None,
        contenu: str | None = None,
        description: str | None = None,
        refus: Mapping[int, str] | None = None,
        **options: Any,
    ) -> Callable[[_Vue], _Vue]:
        """Makes a call of a function, which takes first what `question` (query) or `corps` (body) reads, then
        the places of `rule`.

        Its annotation is what it answers: a dataclass or a list of them, with `statut`; None, with 204; or a
        `Response`, told by its `schema` or its media type (`contenu`), and a `description`. `refus` are the
        statuses that are told beside those of every call.
        """
        inscrire = super().route(rule, **options)

        def decorer(vue: Any) -> Any:
            rendu = vue.__annotations__["return"]
            connus = frozenset[str]() if question is None else noms_de(question)
            _PAR_ENDPOINT[f"{self.name}.{vue.__name__}"] = connus, corps is not None
            for code, raison in (refus or {}).items():
                vue = self.alt_response(code, description=raison)(vue)
            if rendu is None:
                vue = self.response(204)(vue)
            else:
                decrit = schema or _reponse(rendu)
                vue = self.response(statut, decrit, content_type=contenu, description=description)(vue)
            if question is not None:
                vue = self.arguments(question, location="query")(vue)
            if corps is not None:
                requis = any(champ.required for champ in corps().fields.values())
                vue = self.arguments(corps, required=requis, example=corps.exemple)(vue)
            return inscrire(vue)

        return decorer


def _reponse(annotation: Any) -> ReponseSchema | None:
    """The answer that a function is annotated with; None for a `Response`, which tells itself."""
    if get_origin(annotation) is list:
        return _schema(get_args(annotation)[0])(many=True)
    return _schema(annotation)() if isinstance(annotation, type) and is_dataclass(annotation) else None
