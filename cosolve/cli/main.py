"""The command group, and the one place where errors become a line and an exit code.

Exit codes: 0 a feasible solution, a proof, or a command that did its work; 1 no solution found, or
a bug in cosolve; 2 bad input or usage; 3 a check failed; 130 aborted; 141 a pipe was closed.
"""

from __future__ import annotations

import logging
import os
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "solve": "Solve an instance.",
    "bound": "Compute a lower bound.",
    "explain": "Say why an instance has no solution.",
    "check": "Check a solution and recompute its cost.",
    "info": "Describe an instance.",
    "methods": "List the methods and their parameters.",
    "bench": "Run methods over a set of instances.",
    "models": "List, show and verify trained models.",
    "tune": "Search for good parameters of a method.",
    "generate": "Write random instances.",
    "convert": "Convert an instance to another format.",
    "plot": "Draw a solution.",
    "train": "Train a network that guides searches.",
}
"""One line of help per command; the modules are imported when a command is used."""

OK, NO_SOLUTION, BAD_INPUT, CHECK_FAILED, ABORTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141


class LazyGroup(click.Group):
    """A group whose commands live in ``cosolve.cli.NAME`` and are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"cosolve.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from cosolve import __version__

        click.echo(f"cosolve {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("-v", "--verbose", count=True, help="Log to stderr; twice: more, and tracebacks.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
@click.pass_context
def cli(ctx: click.Context, verbose: int) -> None:
    """Solve combinatorial optimization problems: near-optimal, bounded, checked."""
    if verbose:
        level = logging.INFO if verbose == 1 else logging.DEBUG
        logging.basicConfig(level=level, stream=sys.stderr, format="%(name)s: %(message)s")
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    args
        The arguments, without the name of the program.
    """
    try:
        code = _invoke(args)
        if sys.stdout is not None:  # a shell can close it: `>&-`
            sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
        _discard_stdout()
    except OSError as error:  # a full disk, most likely
        code = _fail(error)
        _discard_stdout()
    return code


def _invoke(args: Sequence[str]) -> int:
    from cosolve.core import BackendError, BackendMissing, KernelError

    try:
        with cli.make_context("cosolve", list(args)) as ctx:
            code = cli.invoke(ctx)
        return code if isinstance(code, int) else OK
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, EOFError, click.Abort):
        click.echo("cosolve: aborted", err=True)
        return ABORTED
    except BrokenPipeError:
        raise
    except (click.ClickException, ValueError, TypeError, OSError, BackendMissing) as error:
        return _fail(error)
    except MemoryError as error:
        return _fail(error, "not enough memory for this instance")
    except (KernelError, BackendError) as error:
        _fail(error, f"{error} (this is a bug in cosolve: please report it)")
        return NO_SOLUTION


def _fail(error: Exception, message: str | None = None) -> int:
    """Print one line about an error, after its traceback if asked for with ``-vv``."""
    if logging.getLogger().isEnabledFor(logging.DEBUG):
        traceback.print_exception(error)
    line = " ".join((message or _describe(error)).split())
    click.echo(f"cosolve: error: {line}", err=True)
    return BAD_INPUT


def _describe(error: Exception) -> str:
    if isinstance(error, click.UsageError) and error.ctx is not None:
        return f"{error.format_message()} (see {error.ctx.command_path} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, OSError) and error.strerror:
        where = "" if error.filename is None else f"{os.fspath(error.filename)}: "
        return f"{where}{error.strerror}"
    return str(error) or type(error).__name__


def _discard_stdout() -> None:
    # What is still buffered would fail again, with a traceback, when the interpreter exits.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> NoReturn:
    """Run the command line of the process."""
    sys.exit(run(sys.argv[1:]))
