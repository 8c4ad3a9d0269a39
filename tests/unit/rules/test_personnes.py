from sne_sandbox.domain.demande import Personne
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.personnes import identite, identite_patronymique, noms


def personne(**champs: str) -> Personne:
    return Personne(Element("demandeur", enfants=tuple(Element(n, texte) for n, texte in champs.items())))


def test_names_compare_folded() -> None:
    ecrite = personne(nom="D'Œuf-Le Gall", prenom="Éloïse", dateNaissance="1990-01-02")
    autre = personne(nom="DOEUF LE GALL", prenom="ELOISE", dateNaissance="1990-01-02+01:00")
    assert identite(ecrite) == identite(autre)


def test_a_birth_date_tells_namesakes_apart() -> None:
    assert identite(personne(nom="A", prenom="B", dateNaissance="1990-01-02")) != identite(
        personne(nom="A", prenom="B", dateNaissance="1990-01-03")
    )


def test_nobody_is_found_by_a_birth_name_that_is_not_given() -> None:
    assert identite_patronymique(personne(nom="A", prenom="B")) is None
    assert identite_patronymique(personne(nomPatronymique="Lé", prenom="B")) == ("le", "b", None)


def test_a_person_is_known_by_both_names() -> None:
    assert noms(personne(nom="Delattre", nomPatronymique="Wattel")) == {"delattre", "wattel"}
    assert noms(personne(nom="Delattre", nomPatronymique="")) == {"delattre"}
