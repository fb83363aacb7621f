"""单位身份: the way to the identity provider and, coming back from it, into a session. /signin leads here."""

from pages.ui import identity, state

identity.come_in(state.language())
