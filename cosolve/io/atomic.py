"""Files written whole or not at all, and the check before a search that writing will work."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from cosolve.io.files import readable_error

# Enough to need a block of its own on the disk.
_PROBE = b"\n" * 4096


def check_writable(path: str | Path) -> None:
    """Find out, before any work is done, whether `path` can be written.

    The directory is tried by writing and removing a small file, so that full disks, read-only
    mounts and pseudo file systems are found as well as missing permissions. An existing file is
    left untouched.

    Parameters
    ----------
    path
        The file to be written later.

    Raises
    ------
    OSError
        If it cannot be written; the text is one line that begins with the path.
    ValueError
        If no file can have this name.
    """
    target = _resolve(path)
    try:
        if _is_special(target):
            _check_special(target)
            return
        temporary = _write_temporary(target, _PROBE)
        temporary.unlink()
    except OSError as error:
        raise readable_error(error, path, "cannot write") from None


def atomic_write(path: str | Path, data: str | bytes) -> None:
    """Write a file such that it appears complete or not at all.

    A temporary file in the same directory is filled, flushed to the disk and renamed. A symbolic
    link is kept and the file it points to replaced; an existing file keeps its permissions.
    Devices and pipes, such as ``/dev/stdout``, are written directly.

    Parameters
    ----------
    path
        The file to write.
    data
        Its content; text is encoded as UTF-8.

    Raises
    ------
    OSError
        If it cannot be written; the text is one line that begins with the path.
    ValueError
        If no file can have this name.
    """
    target = _resolve(path)
    content = data.encode() if isinstance(data, str) else data
    try:
        if _is_special(target):
            with target.open("wb", buffering=0) as file:
                _write_all(file.fileno(), content)
            return
        temporary = _write_temporary(target, content)
        try:
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        raise readable_error(error, path, "cannot write") from None


def _resolve(path: str | Path) -> Path:
    """Follow links and reject what can never be a file to write."""
    name = str(path)
    if "\0" in name:
        raise ValueError(f"{name!r} cannot be a file name: it holds a null character")
    if not name:
        raise ValueError("the name of the output file is empty")
    try:
        # A device or pipe cannot be renamed over, and /dev/stdout does not resolve to a file name.
        if _is_special(Path(name)):
            return Path(name)
        target = Path(name).resolve()
        mode = _mode(target)
        parent = _mode(target.parent)
    except OSError as error:
        raise readable_error(error, path, "cannot write") from None
    if (mode is not None and stat.S_ISDIR(mode)) or name.endswith(os.sep):
        raise IsADirectoryError(f"{path}: cannot write: is a directory, expected a file")
    if parent is None:
        raise FileNotFoundError(f"{path}: cannot write: no directory {Path(name).parent}")
    if not stat.S_ISDIR(parent):
        raise NotADirectoryError(f"{path}: cannot write: {Path(name).parent} is not a directory")
    return target


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _is_special(path: Path) -> bool:
    mode = _mode(path)
    return mode is not None and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _check_special(path: Path) -> None:
    if path.is_fifo():
        # Opening a pipe waits for its reader.
        if not os.access(path, os.W_OK):
            raise PermissionError(None, "permission denied")
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        os.write(descriptor, b"")  # /dev/full answers even this with "no space left"
    finally:
        os.close(descriptor)


def _write_temporary(target: Path, content: bytes) -> Path:
    """Write and flush a new file beside `target`, with the permissions `target` has or gets."""
    existing = _mode(target)
    if existing is not None and not os.access(target, os.W_OK):
        raise PermissionError(None, "permission denied")
    # Short, so that it fits wherever the target's own name fits; O_CREAT obeys the umask, which
    # the tempfile module does not.
    temporary = target.parent / f".{secrets.token_hex(4)}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        try:
            if existing is not None:
                os.fchmod(descriptor, stat.S_IMODE(existing))
                _keep_owner(descriptor, target)
            _write_all(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _keep_owner(descriptor: int, target: Path) -> None:
    status = target.stat()
    with contextlib.suppress(OSError):  # only a privileged user may give files away
        os.fchown(descriptor, status.st_uid, status.st_gid)


def _write_all(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _sync_directory(directory: Path) -> None:
    # Makes the rename itself durable; not every file system offers it.
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
