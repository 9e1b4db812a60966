"""Messages between the trainer's process and the box: a length, then JSON; nothing is unpickled."""

from __future__ import annotations

import json
import socket
import struct
import time
from typing import Any

MAX_FRAME = 24_000_000


class FrameTooLong(Exception):
    """The other side announced more than is allowed."""


class Closed(Exception):
    """The other side is gone."""


def send(channel: socket.socket, message: Any) -> None:
    """Send one message."""
    body = json.dumps(message).encode()
    channel.sendall(struct.pack("!I", len(body)) + body)


def receive(channel: socket.socket, seconds: float | None = None, limit: int = MAX_FRAME) -> Any:
    """Return the next message, complete within so many seconds.

    Raises:
        Closed: nobody is on the other side, or what came is no message.
        FrameTooLong: more than `limit` bytes were announced.
        TimeoutError: nothing came in time.
    """
    until = None if seconds is None else time.monotonic() + seconds
    (length,) = struct.unpack("!I", _exactly(channel, 4, until))
    if length > limit:
        raise FrameTooLong(f"{length} bytes")
    try:
        return json.loads(_exactly(channel, length, until))
    except (ValueError, RecursionError) as error:
        raise Closed("no message") from error


def _exactly(channel: socket.socket, length: int, until: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        if until is not None:
            # A drop at a time must not win more time.
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
        try:
            part = channel.recv(min(1 << 20, length - len(parts)))
        except ConnectionError as error:
            raise Closed(str(error)) from error
        if not part:
            raise Closed("end")
        parts += part
    return bytes(parts)
