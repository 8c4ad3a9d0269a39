"""Marshmallow in French: what it says of a value that it refuses, below `errors` in a problem."""

from collections.abc import Mapping
from typing import Final

from marshmallow import Schema, fields, validate

_JOUR: Final = "Un jour est attendu, par exemple 2018-03-15."
#: Its classes, and their sentences.
PHRASES: Final[Mapping[type, Mapping[str, str]]] = {
    Schema: {"type": "Un objet JSON est attendu.", "unknown": "Ce champ est inconnu."},
    fields.Field: {
        "required": "Ce champ manque.",
        "null": "Ce champ ne peut pas valoir null.",
        "validator_failed": "Cette valeur est refusée.",
    },
    fields.String: {"invalid": "Un texte est attendu.", "invalid_utf8": "Un texte en UTF-8 est attendu."},
    fields.Number: {"invalid": "Un nombre est attendu.", "too_large": "Ce nombre est trop grand."},
    fields.Integer: {"invalid": "Un entier est attendu."},
    fields.Float: {"special": "Un nombre fini est attendu."},
    fields.Boolean: {"invalid": "true ou false est attendu."},
    fields.Date: dict.fromkeys(("invalid", "invalid_awareness", "format"), _JOUR),
    fields.List: {"invalid": "Une liste est attendue."},
    fields.Nested: {"type": "Un objet JSON est attendu."},
    fields.Mapping: {"invalid": "Un objet JSON est attendu."},
    validate.Regexp: {"default_message": "La forme attendue est {regex}"},
    validate.OneOf: {"default_message": "Valeurs permises : {choices}."},
    validate.Range: {
        "message_min": "Attendu : {min_op} {{min}}.",
        "message_max": "Attendu : {max_op} {{max}}.",
        "message_all": "Attendu : {min_op} {{min}}, {max_op} {{max}}.",
        "message_gte": "au moins",
        "message_gt": "plus de",
        "message_lte": "au plus",
        "message_lt": "moins de",
    },
    validate.Length: {
        "message_min": "Trop court : au moins {min}.",
        "message_max": "Trop long : au plus {max}.",
        "message_all": "Longueur attendue : de {min} à {max}.",
        "message_equal": "Longueur attendue : {equal}.",
    },
}


def traduire() -> None:
    """Gives its classes our sentences: what is declared from then on speaks French."""
    for classe, phrases in PHRASES.items():
        if issubclass(classe, Schema):
            classe.error_messages = dict(phrases)
        elif issubclass(classe, fields.Field):
            classe.default_error_messages = {**classe.default_error_messages, **phrases}
        else:
            for nom, phrase in phrases.items():
                setattr(classe, nom, phrase)
