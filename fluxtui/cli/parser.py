"""The command line; imports a screen only when one is shown."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from fluxtui import __version__
from fluxtui.system.process_end import INTERRUPTED, LAST_SECONDS, end_within, interruptible


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    With the arguments of the process it also sees to it that the process ends: within seconds of Ctrl+C, and
    of its last word.
    """
    from fluxtui.terminal.characters import open_standard_streams

    open_standard_streams()
    if arguments is not None:
        return _run(arguments)
    with interruptible():
        code = _run(None)
        end_within(code, LAST_SECONDS)
    return code


def _run(arguments: Sequence[str] | None) -> int:
    """Run a command line, and return the exit code, also where it is interrupted or cannot say its words."""
    try:
        try:
            options = command_line().parse_args(arguments)
            code = int(options.run(options))
        finally:
            # Not left to the interpreter's end, which tells faults in its own words.
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        if not isinstance(error, BrokenPipeError) and _takes_output():
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"fluxtui: What there is to say cannot be written: {error.strerror}.\n")
        return 1
    return code


def _takes_output() -> bool:
    """Whether standard output takes another byte: if so, something else could not be written."""
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")
    except OSError:
        return False
    return True


class LateParser(argparse.ArgumentParser):
    """A parser whose arguments are added when it is used, because they stand in a module of their own.

    Attributes:
        add_late: adds them; None once it has.
    """

    add_late: Callable[[argparse.ArgumentParser], None] | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as usual, with all arguments there; what helps and what complains knows them too."""
        add, self.add_late = self.add_late, None
        if add is not None:
            add(self)
        return super().parse_known_args(args, namespace)


def command_line() -> argparse.ArgumentParser:
    """Return the parser of everything that can be typed after `fluxtui`."""
    parser = argparse.ArgumentParser(
        prog="fluxtui",
        description="Train FLUX image models on your own pictures, manage them and generate with them.",
        epilog="With no command, the program starts with your configuration. "
        "`fluxtui demo` shows everything on a built-in simulator: no key, no network, no cost.",
    )
    parser.add_argument("--version", action="version", version=f"fluxtui {__version__}")
    _add_program_options(parser)
    _add_screen_options(parser)
    parser.set_defaults(run=_run_program)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", parser_class=LateParser)

    demo = commands.add_parser("demo", help="the whole program on a built-in simulator, nothing needed")
    _add_demo_options(demo)
    demo.set_defaults(run=_run_demo)

    collector = commands.add_parser(
        "collect",
        help="bring in what all active jobs make, without a screen, until none is left",
        description="Bring in what all active jobs make, without a screen, until none is left. "
        "Returns 0 if all ended well, 1 if some did not, 2 if it cannot start.",
    )
    _add_program_options(collector)
    _add_collect_options(collector)
    collector.set_defaults(run=_run_collect)

    simulated = commands.add_parser(
        "simulate", help="run the simulator alone: BFL, fal, Replicate and Runware on this machine"
    )
    simulated.add_late = _add_simulator_options
    simulated.set_defaults(run=_run_simulator)

    doctor = commands.add_parser("doctor", help="tell what the terminal can show and where things are kept")
    _add_program_options(doctor)
    _add_screen_options(doctor)
    doctor.add_argument(
        "--services",
        action="store_true",
        help="tell instead where the services differ from what this program knows of them; costs nothing",
    )
    doctor.add_argument(
        "--offline",
        action="store_true",
        help="with --services: compare with what they had published when this program was written",
    )
    doctor.set_defaults(run=_run_doctor)

    adopt = commands.add_parser("adopt", help="take over the models of the application that FluxTUI replaces")
    _add_adopt_options(adopt)
    adopt.set_defaults(run=_run_adopt)

    recall = commands.add_parser(
        "recall",
        help="tell how pictures were made, as their files say it",
        description="Tell how pictures were made, as their files say it: ours, and those of AUTOMATIC1111, "
        "Forge, SwarmUI, InvokeAI, ComfyUI, Fooocus, Draw Things and NovelAI. "
        "Returns 0, or 1 where a file says nothing that is understood.",
    )
    _add_recall_options(recall)
    recall.set_defaults(run=_run_recall)
    return parser


def _add_screen_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--images",
        choices=("auto", "kitty", "iterm2", "sixel", "halfcell", "none"),
        default=argparse.SUPPRESS,
        help="how pictures are shown in the terminal (default: what it can)",
    )
    parser.add_argument(
        "--no-images",
        action="store_const",
        dest="images",
        const="none",
        default=argparse.SUPPRESS,
        help="show no pictures, as --images none",
    )
    parser.add_argument(
        "--no-mouse", action="store_true", default=argparse.SUPPRESS, help="leave the mouse to the terminal"
    )
    parser.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="write more to the log, though no secrets; `fluxtui doctor` tells where it is",
    )


def _add_program_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="the configuration file"
    )
    parser.add_argument("--profile", default=argparse.SUPPRESS, metavar="NAME", help="the profile to use")
    parser.add_argument(
        "--base-url", default=argparse.SUPPRESS, metavar="URL", help="the server, in place of the profile's"
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where journal and pictures are kept",
    )


def _add_demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data-dir", type=Path, default=argparse.SUPPRESS, metavar="DIR", help="where the demo lives"
    )
    parser.add_argument(
        "--seconds-per-training",
        type=float,
        default=30.0,
        metavar="S",
        help="how long a training takes (default 30)",
    )
    parser.add_argument(
        "--seconds-per-image",
        type=float,
        default=3.0,
        metavar="S",
        help="how long a picture takes (default 3)",
    )
    _add_screen_options(parser)


def _add_collect_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--watch", action="store_true", help="stay when no job is left, for new ones")
    parser.add_argument("--json", action="store_true", help="print one JSON object for each change")
    parser.add_argument("--demo", action="store_true", help="collect the jobs of the demo")
    parser.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help="write more to the log, no secrets"
    )
    # For the program itself: no terminal, no output, one for each data directory.
    parser.add_argument("--detached", action="store_true", help=argparse.SUPPRESS)


def _add_simulator_options(parser: argparse.ArgumentParser) -> None:
    from fluxtui.simulator.command import add_arguments

    add_arguments(parser)


def _add_adopt_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="its models.json or config.json, or the directory that holds them",
    )
    parser.add_argument("--json", action="store_true", help="print what was taken over as JSON")
    _add_program_options(parser)


def _add_recall_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", type=Path, nargs="+", metavar="FILE", help="a PNG, JPEG or WebP")
    parser.add_argument("--json", action="store_true", help="print a line of JSON for each file")


def _run_program(options: argparse.Namespace) -> int:
    from fluxtui.cli.run import run_program

    return run_program(options)


def _run_demo(options: argparse.Namespace) -> int:
    from fluxtui.cli.run import run_demo

    return run_demo(options)


def _run_collect(options: argparse.Namespace) -> int:
    from fluxtui.cli.collect import run_collect

    return run_collect(options)


def _run_simulator(options: argparse.Namespace) -> int:
    from fluxtui.simulator.command import run

    return run(options)


def _run_doctor(options: argparse.Namespace) -> int:
    if options.services:
        from fluxtui.cli.service_check import run_service_check

        return run_service_check(options)
    from fluxtui.cli.doctor import run_doctor

    return run_doctor(options)


def _run_adopt(options: argparse.Namespace) -> int:
    from fluxtui.cli.adopt import run_adopt

    return run_adopt(options)


def _run_recall(options: argparse.Namespace) -> int:
    from fluxtui.cli.recall import run_recall

    return run_recall(options)
