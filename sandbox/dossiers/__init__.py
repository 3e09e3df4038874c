"""Make the dossier of a case, one archive for auditors or courts, and keep those of others."""
