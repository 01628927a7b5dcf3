"""Functions that the tests of workers run in one."""

from __future__ import annotations

import os
import time

import numpy as np

from cosolve.exact import Channel


def count(payload: int, channel: Channel) -> int:
    """Send the numbers below the payload, and return it."""
    for k in range(payload):
        channel.send(k)
    return payload


def fail(payload: str, channel: Channel) -> None:
    """Raise."""
    raise ValueError(payload)


def die(payload: int, channel: Channel) -> None:
    """End the process without an answer."""
    channel.send("last words")
    os._exit(payload)


def wait(payload: float, channel: Channel) -> str:
    """Return once asked to, or after some seconds."""
    channel.send("ready")
    return "asked" if channel.interrupted.wait(payload) else "waited"


def echo(payload: int, channel: Channel) -> None:
    """Send back what is sent, so many times."""
    for _ in range(payload):
        channel.send(channel.inbox.get())


def hang(payload: float, channel: Channel) -> None:
    """Not listen."""
    channel.send("ready")
    time.sleep(payload)


def allocate(payload: int, channel: Channel) -> int:
    """Need some MiB of memory."""
    return int(np.ones(payload << 17).sum())
