"""Solving in a child process: it can be watched and stopped, and whatever becomes of it, the app goes on.

``watch`` is for who asks, ``child`` for the process that is asked; what is solved neither knows.
"""
