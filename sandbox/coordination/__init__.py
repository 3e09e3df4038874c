"""Let the authorities share a case: routing, officers, reviews, positions and the decision."""
