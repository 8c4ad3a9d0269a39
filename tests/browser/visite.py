"""A browser that forgives nothing: what a page logs, throws, blocks or asks of another host is a failure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

#: Milliseconds that nothing takes, however busy the machine.
PATIENCE: Final = 120_000.0
#: Widths of a laptop, a projector, a telephone.
LARGEURS: Final = ((1280, 900), (1920, 1080), (390, 844))
#: A laptop at 400 % (WCAG 1.4.10): the text is read without sliding; what one clicks in a table may be.
GROSSI: Final = (320, 640)
#: What is wider than the page, but for what scrolls in a frame of its own.
_DEBORDE: Final = """() => {
  const large = document.documentElement.clientWidth, voulue = document.documentElement.scrollWidth;
  if (voulue <= large) return [];
  const defile = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
      if (getComputedStyle(p).overflowX !== 'visible') return true;
    return false;
  };
  const trop = [...document.body.querySelectorAll('*')].filter(
    (e) => e.getBoundingClientRect().right > large + 1 && !defile(e));
  return [`page ${voulue} > ${large}`, ...trop.slice(-4).map(
    (e) => `${e.tagName}.${e.className} ${(e.textContent || '').trim().slice(0, 40)}`)];
}"""
#: What one clicks in a table, out of the frame in which the table scrolls.
_HORS_CADRE: Final = """() => [...document.querySelectorAll('.defile')].flatMap((cadre) => {
  const bord = cadre.getBoundingClientRect().right + 1;
  return [...cadre.querySelectorAll('a, button')].filter(
    (e) => e.getClientRects().length && e.getBoundingClientRect().right > bord).slice(0, 3).map(
    (e) => `hors du cadre : ${e.tagName} ${(e.textContent || '').trim().slice(0, 40)}`);
})"""
_FOYER: Final = """() => {
  const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
  const interne = !e.matches(':focus'); // a button inside a field for dates: the browser marks it
  const dit = (e.textContent || e.name || '').trim().slice(0, 40);
  return {nom: `${e.tagName}#${e.id} « ${dit} »`, id: e.id, corps: e === document.body,
    marque: interne || (s.outlineStyle !== 'none' && s.outlineWidth !== '0px') || s.boxShadow !== 'none',
    large: r.width, x: r.x, y: r.y};
}"""


expect.set_options(timeout=PATIENCE)


@dataclass
class Visite:
    """One context of a browser on one server. `ecarts` are the failures so far; `tolerer` what the journey at
    hand makes the browser's console say on purpose (an answer 403 is an error there)."""

    contexte: BrowserContext
    origine: str
    javascript: bool
    page: Page = field(init=False)
    ecarts: list[str] = field(default_factory=list)
    tolerer: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.contexte.on("request", self._demandee)
        self.page = self.contexte.new_page()
        self.page.on("console", self._dit)
        self.page.on("pageerror", lambda erreur: self.ecarts.append(f"{self.page.url} : {erreur}"))

    def aller(self, chemin: str, *, statut: int = 200) -> Page:
        """Opens an address of the server, which answers `statut`; the page that is then shown."""
        adresse = chemin if chemin.startswith("http") else self.origine + chemin
        reponse = self.page.goto(adresse, wait_until="load")
        assert reponse is not None, adresse
        assert reponse.status == statut, f"{adresse} : {reponse.status}, {statut} was expected"
        return self.page

    def cliquer(
        self, nom: str, *, role: Any = "button", dans: Any = None, exact: bool = True
    ) -> Response | None:
        """Clicks the one button (or link) of that name and waits for the page that follows."""
        lieu = (dans or self.page).get_by_role(role, name=nom, exact=exact)
        with self.page.expect_navigation(wait_until="load") as suite:
            lieu.click()
        return suite.value

    def debordements(self) -> list[str]:
        """What is wider than the screen, or out of the frame of its table, at each width."""
        trouves = []
        # The last one is that in which a page is opened: nothing is to be put back.
        for largeur, hauteur in (GROSSI, *reversed(LARGEURS)):
            self.page.set_viewport_size({"width": largeur, "height": hauteur})
            ecarts = self.page.evaluate(_DEBORDE)
            if (largeur, hauteur) != GROSSI:
                ecarts += self.page.evaluate(_HORS_CADRE)
            trouves += [f"{self.page.url} à {largeur} : {ecart}" for ecart in ecarts]
        return trouves

    def touche(self, nom: str) -> dict[str, Any]:
        """Presses a key; what then has the focus, and whether one sees it."""
        self.page.keyboard.press(nom)
        foyer: dict[str, Any] = self.page.evaluate(_FOYER)
        return foyer

    def visibles(self, selecteur: str) -> list[str]:
        """What one sees of what a selector finds: the classes and the words of each."""
        vus: list[str] = self.page.locator(selecteur).evaluate_all(
            """(tous) => tous.filter((e) => e.checkVisibility({visibilityProperty: true})).map(
              (e) => `${e.className} ${(e.textContent || '').trim().slice(0, 40)}`)"""
        )
        return vus

    def lettres(self, touches: str) -> None:
        """Presses keys at once, however busy the machine: the first of two is forgotten after a second."""
        self.page.evaluate(
            """(touches) => { for (const key of touches)
              document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true})); }""",
            touches,
        )

    def finir(self) -> None:
        """Closes; fails for what went wrong meanwhile."""
        self.contexte.close()
        assert self.ecarts == []

    def _demandee(self, demande: Request) -> None:
        if not demande.url.startswith((self.origine + "/", "blob:")):
            self.ecarts.append(f"{self.page.url} asks {demande.url}")

    def _dit(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(t in message.text for t in self.tolerer):
            self.ecarts.append(f"{self.page.url} : console, {message.text}")


@dataclass(frozen=True, slots=True)
class Navigateur:
    """The browser of the session, on one server."""

    chromium: Browser
    origine: str
    cookies: Any = None
    """Those of who has signed in."""

    @classmethod
    def entre(cls, chromium: Browser, origine: str, jeton: str) -> "Navigateur":
        """A browser whose user has given the token of the server to its page for that."""
        contexte = chromium.new_context()
        page = contexte.new_page()
        page.goto(f"{origine}/connexion")
        page.get_by_label("Jeton").fill(jeton)
        with page.expect_navigation():
            page.get_by_role("button", name="Entrer").click()
        cookies = contexte.storage_state()
        contexte.close()
        return cls(chromium, origine, cookies)

    def visiter(
        self,
        *,
        javascript: bool = True,
        largeur: tuple[int, int] = LARGEURS[0],
        inconnu: bool = False,
        sombre: bool = False,
    ) -> Visite:
        """A context of its own: no cache of another, no cookie but what says who it is; none at all for who
        is `inconnu`; `sombre`: on a system in dark colours."""
        contexte = self.chromium.new_context(
            java_script_enabled=javascript,
            viewport={"width": largeur[0], "height": largeur[1]},
            locale="fr-FR",
            timezone_id="Europe/Paris",
            reduced_motion="reduce",
            accept_downloads=True,
            color_scheme="dark" if sombre else "light",
            storage_state=None if inconnu else self.cookies,
        )
        contexte.set_default_timeout(PATIENCE)
        return Visite(contexte, self.origine, javascript)


#: `visiter(javascript=False)` as the fixture of that name gives it.
Visiter = Callable[..., Visite]
