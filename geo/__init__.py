"""工图 Gongtu: everything that is not a screen. See CONTRIBUTING.md for the rooms and which may import which."""

__version__ = "0.6.0"
