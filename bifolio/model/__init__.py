"""The nouns: what a handout, a brand, a region, an edition and a fact are. No stage lives here."""
