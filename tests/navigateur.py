"""What a browser sends, and what it would not let a page do."""

from typing import Any, Final

from lxml import html

ENTETES: Final = {"Host": "127.0.0.1:8080", "Accept": "text/html"}


def sans_ecart(arbre: Any) -> list[str]:
    """What the policy of the pages would stop, or a reader miss."""
    ecarts = [f"script en ligne : {e.text}" for e in arbre.xpath("//script[not(@src)]")]
    ecarts += [f"style en ligne : {e.tag}" for e in arbre.xpath("//style | //*[@style]")]
    ecarts += [f"{e.tag} {nom}" for e in arbre.iter() for nom in e.attrib if nom.lower().startswith("on")]
    ecarts += [f"adresse {a}" for a in arbre.xpath("//@href | //@src | //@action") if ":" in a.split("/")[0]]
    ecarts += ["pas de titre"] * (len(arbre.xpath("//h1")) != 1)
    ecarts += ["pas de langue"] * (arbre.get("lang") != "fr")
    ecarts += [f"champ sans nom : {e.get('name')}" for e in arbre.xpath(
        "//input[not(@type='hidden')][not(@id=//label/@for)][not(ancestor::label)][not(@aria-label)]"
    )]  # fmt: skip
    ecarts += ["tableau sans légende"] * len(arbre.xpath("//table[not(caption)]"))
    return ecarts


def suivre(banc: Any, reponse: Any) -> Any:
    """The page that a form leads to, with what it says."""
    assert reponse.status_code == 303, reponse.text
    lue = banc.http.get(reponse.location, headers=ENTETES)
    assert lue.status_code == 200
    return html.fromstring(lue.text)
