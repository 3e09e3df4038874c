"""Carry what every slice stands on: database, audit, clock, jobs, mail, files, forms, paging."""
