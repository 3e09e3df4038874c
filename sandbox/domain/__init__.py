"""Hold every rule of a regulatory sandbox as pure functions over values."""
