"""建会: enterprises on their way to a union: moves from status to status, one or many, how far all of them are, who has
been silent.
"""
