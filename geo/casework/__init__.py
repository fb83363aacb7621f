"""台账 casework: what people do with entries of the ledger, appeals, the callers behind them, and photos.

Each module is imported by its own name. ``entry`` what an entry must be; ``deeds``
enters, corrects and takes back; ``appeals`` has their days, their rates and what is done with them; ``callers`` who may
see a caller; ``photos`` makes pictures small and anonymous; ``listed`` filters; ``told`` says it in words.
"""
