"""How the server's answers leave: at once, not when the last packet has been acknowledged."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress
from pathlib import Path


def send_at_once() -> None:
    """Sets TCP_NODELAY on every socket that this process listens on; connections inherit it. Linux only, elsewhere
    nothing happens.

    asyncio sets it itself, but only on sockets that name their protocol, and Streamlit's listening socket does not
    (``socket.socket(family)``, protocol 0). A second answer on a kept connection, sent as head and body, then waits 40
    ms for the acknowledgement that the other side delays.
    """
    descriptors = Path("/proc/self/fd")
    for name in os.listdir(descriptors) if descriptors.is_dir() else ():
        with suppress(OSError):  # closed by now
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as found:
                _set(found)


def _set(found: socket.socket) -> None:
    internet = found.family in (socket.AF_INET, socket.AF_INET6)
    if internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
