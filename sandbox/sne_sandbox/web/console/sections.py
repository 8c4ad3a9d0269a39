"""The sections of the console: one module each, in the order of the menu."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Section:
    """One section. `module` has its `blueprint`, of the same name; `titre` is its entry in the menu (None:
    reached from another section), `vue` the view that the entry opens, `touche` its key after « g »."""

    module: str
    titre: str | None
    vue: str = "page"
    touche: str = ""

    @property
    def endpoint(self) -> str:
        """Flask's name of the entry's view."""
        return f"{self.module}.{self.vue}"


SECTIONS: Final = (
    Section("journal", "Journal", touche="j"),
    Section("echange", None),
    Section("base", "Demandes", vue="demandes", touche="d"),
    Section("demande", None),
    Section("guichets", "Guichets", touche="u"),
    Section("boites", "Boîtes", touche="b"),
    Section("composer", "Composer", touche="o"),
    Section("scenes", "Scènes", touche="s"),
    Section("controle", "Contrôle", touche="c"),
    Section("statistiques", "Statistiques", touche="t"),
    Section("regles", "Règles", touche="r"),
    Section("contrat", "Contrat", touche="k"),
    Section("conformite", "Conformité", touche="f"),
    Section("docs", "API", touche="a"),
    Section("guide", "Guide", touche="g"),
)
