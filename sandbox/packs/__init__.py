"""Read policy packs from TOML and refuse the ones that are not sound, with every fault named."""
