"""Let companies apply, and let the secretariat check that applications are complete."""
