"""进展: what a campaign has come to: counted from ledger and register, beside what was published, and what is due."""
