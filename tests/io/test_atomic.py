"""Tests of atomic writing and of the check before it."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cosolve.io import atomic_write, check_writable
from cosolve.io.atomic import _write_all

ROOT = os.geteuid() == 0
BOTH = pytest.mark.parametrize("write", [check_writable, lambda path: atomic_write(path, "x")])


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_writes_text_and_bytes(tmp_path):
    """Text is encoded as UTF-8."""
    atomic_write(tmp_path / "a", "é\n")
    atomic_write(str(tmp_path / "b"), b"\0")
    assert (tmp_path / "a").read_bytes() == "é\n".encode()
    assert (tmp_path / "b").read_bytes() == b"\0"


def test_replaces_and_leaves_nothing_else(tmp_path):
    """The new content is all there is."""
    path = tmp_path / "a"
    path.write_text("old and longer")
    atomic_write(path, "new")
    assert path.read_text() == "new"
    assert names(tmp_path) == ["a"]


def test_check_leaves_no_trace(tmp_path):
    """Neither a new nor an existing file is touched."""
    (tmp_path / "a").write_text("old")
    check_writable(tmp_path / "a")
    check_writable(tmp_path / "b")
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "old"


def test_relative_path(tmp_path, monkeypatch):
    """A bare name is a file in the current directory."""
    monkeypatch.chdir(tmp_path)
    check_writable("a")
    atomic_write("a", "x")
    assert (tmp_path / "a").read_text() == "x"


def test_readers_see_old_or_new(tmp_path):
    """The file is replaced by another, never changed in place."""
    path = tmp_path / "a"
    path.write_text("old")
    with path.open() as reader:
        atomic_write(path, "new")
        assert reader.read() == "old"


def test_failure_keeps_the_old_file(tmp_path, monkeypatch):
    """An error half-way leaves the old content and no temporary file."""
    path = tmp_path / "a"
    path.write_text("old")

    def fail(descriptor, content):
        os.write(descriptor, content[:1])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cosolve.io.atomic._write_all", fail)
    with pytest.raises(OSError, match="a: cannot write: no space left on device"):
        atomic_write(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_interruption_keeps_the_old_file(tmp_path, monkeypatch):
    """So does Ctrl-C, between writing and renaming."""
    path = tmp_path / "a"
    path.write_text("old")

    def interrupt(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_short_writes_are_completed(monkeypatch, tmp_path):
    """The system may take fewer bytes than offered."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:3])))
    with (tmp_path / "a").open("wb") as file:
        _write_all(file.fileno(), b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_new_file_obeys_the_umask(tmp_path):
    """Permissions are those of any other new file."""
    old = os.umask(0o027)
    try:
        atomic_write(tmp_path / "a", "x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_existing_file_keeps_its_permissions(tmp_path):
    """A file others may not read stays so."""
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o600)
    atomic_write(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.skipif(not ROOT, reason="only the superuser can give files away")
def test_existing_file_keeps_its_owner(tmp_path):
    """A file of another user stays theirs."""
    path = tmp_path / "a"
    path.write_text("old")
    os.chown(path, 12345, 12345)
    atomic_write(path, "new")
    assert path.stat().st_uid == 12345


def test_link_is_kept(tmp_path):
    """The file a link points to is replaced, not the link."""
    (tmp_path / "folder").mkdir()
    target = tmp_path / "folder" / "real"
    target.write_text("old")
    link = tmp_path / "link"
    link.symlink_to("folder/real")
    check_writable(link)
    atomic_write(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
    assert names(tmp_path / "folder") == ["real"]


def test_dangling_link_creates_its_target(tmp_path):
    """As opening it would."""
    (tmp_path / "link").symlink_to(tmp_path / "real")
    atomic_write(tmp_path / "link", "new")
    assert (tmp_path / "real").read_text() == "new"


def failure(write, path):
    """Text of the one-line error that writing gives."""
    with pytest.raises((OSError, ValueError)) as caught:
        write(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(str(path))
    return text.removeprefix(str(path))


@BOTH
def test_missing_directory(tmp_path, write):
    """The directory that is missing is named."""
    folder = tmp_path / "none"
    assert failure(write, folder / "a") == f": cannot write: no directory {folder}"


@BOTH
def test_directory(tmp_path, write):
    """A directory cannot be replaced by a file."""
    assert failure(write, tmp_path) == ": cannot write: is a directory, expected a file"


@BOTH
def test_name_of_a_directory(tmp_path, write):
    """A slash at the end asks for a directory."""
    assert "expected a file" in failure(write, f"{tmp_path}/none/")


@BOTH
def test_link_to_a_directory(tmp_path, write):
    """A link to a directory is a directory."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert "is a directory" in failure(write, tmp_path / "link")


@BOTH
def test_link_loop(tmp_path, write):
    """Links that lead nowhere are an error."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert "symbolic links" in failure(write, tmp_path / "a")


@BOTH
def test_file_as_directory(tmp_path, write):
    """A file has no files in it."""
    (tmp_path / "a").write_text("")
    assert "not a directory" in failure(write, tmp_path / "a" / "b")


@BOTH
def test_long_name(tmp_path, write):
    """Names beyond 255 bytes are refused before the search."""
    assert "too long" in failure(write, tmp_path / ("a" * 256))


@BOTH
def test_longest_name(tmp_path, write):
    """The temporary file needs no longer a name than the file itself."""
    write(tmp_path / ("a" * 255))


@BOTH
def test_null_character(write):
    """Such a name cannot exist."""
    with pytest.raises(ValueError, match="null character"):
        write("a\0b")


@BOTH
def test_empty_name(write):
    """An empty name is no name."""
    with pytest.raises(ValueError, match="empty"):
        write("")


@BOTH
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc")
def test_pseudo_file_system(write):
    """No file can be created in /proc, not even by the superuser."""
    assert failure(write, "/proc/cosolve.sol").startswith(": cannot write: ")


@BOTH
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_full_device(write):
    """A device without space is found before the search."""
    assert failure(write, "/dev/full") == ": cannot write: no space left on device"


def test_null_device_stays_a_device():
    """Writing to /dev/null must not replace it."""
    check_writable("/dev/null")
    atomic_write("/dev/null", "x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_full_disk_is_found_before_the_search(tmp_path, monkeypatch):
    """The check writes a block, so that a full disk is noticed."""

    def full(descriptor, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cosolve.io.atomic._write_all", full)
    assert failure(check_writable, tmp_path / "a") == ": cannot write: no space left on device"
    assert names(tmp_path) == []


def test_read_only_mount_is_found_before_the_search(tmp_path, monkeypatch):
    """Whatever the system answers to creating a file is reported."""

    def read_only(path, flags, mode=0o777):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("cosolve.io.atomic.os.open", read_only)
    assert failure(check_writable, tmp_path / "a") == ": cannot write: read-only file system"


@BOTH
@pytest.mark.skipif(ROOT, reason="permissions do not bind the superuser")
def test_protected_directory(tmp_path, write):
    """Without permission for the directory nothing can be written."""
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(0o500)
    assert failure(write, folder / "a") == ": cannot write: permission denied"


@BOTH
@pytest.mark.skipif(ROOT, reason="permissions do not bind the superuser")
def test_protected_file(tmp_path, write):
    """A file that is read-only on purpose is not replaced."""
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o400)
    assert failure(write, path) == ": cannot write: permission denied"
    assert path.read_text() == "old"


def test_missing_permission_is_reported(tmp_path, monkeypatch):
    """As above, for the superuser, whom permissions do not bind."""
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr("cosolve.io.atomic.os.access", lambda *_: False)
    assert failure(check_writable, path) == ": cannot write: permission denied"


def test_named_pipe(tmp_path):
    """A pipe is written to, not replaced."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    check_writable(path)
    received = []
    reader = threading.Thread(target=lambda: received.append(path.read_text()))
    reader.start()
    atomic_write(path, "x")
    reader.join(10)
    assert received == ["x"]
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
def test_standard_output():
    """/dev/stdout is the output of the program, here a pipe."""
    code = (
        "from cosolve.io import *; check_writable('/dev/stdout'); atomic_write('/dev/stdout', 'x')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"x"
