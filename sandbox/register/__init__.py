"""Show the public what was admitted, where it stands and what was learned."""
