"""Answer companies before they apply: the secretariat in words, authorities by their terms."""
