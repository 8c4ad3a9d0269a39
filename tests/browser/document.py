"""The document of Composer as one reads and types it, in the editor or, without JavaScript, in its field."""

from playwright.sync_api import Page


def texte(page: Page) -> str:
    """What the form would send."""
    return str(page.locator("textarea[name=document]").input_value())


def ecrire(page: Page, document: str) -> None:
    """Types a whole document over the one that is there."""
    champ = page.get_by_role("textbox", name="Le document XML")
    if page.locator(".editeur").count():
        champ.focus()
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(document)
    else:
        champ.fill(document)
    assert texte(page) == document
