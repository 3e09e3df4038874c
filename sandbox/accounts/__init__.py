"""Keep accounts: people, sign-in, organisations and their members, roles and who grants them."""
