"""Tell a dossier in words: its pieces, the case, its decision, its test, the whole page."""

from sandbox.dossiers.telling.page import tell_page

__all__ = ["tell_page"]
