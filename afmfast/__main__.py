"""`python -m afmfast` and the `afmfast` command: exit codes and one-sentence errors."""

from __future__ import annotations

import os
import sys

from .errors import AfmfastError


def main() -> None:
    """Run the command line; 0 done, 1 refused, 2 wrong usage, 3 done with files left out, 130 interrupted."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = _refuse("interrupted; what was finished is kept, the same command goes on from there", 130)
        sys.stderr.flush()
        os._exit(code)  # a thread that fits cannot be stopped, and a usual exit would wait for it
    except BrokenPipeError:  # what was printed is read no further, as by `| head`
        code = 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except AfmfastError as fault:
        code = _refuse(str(fault), 1)
    except OSError as fault:
        reason = fault.strerror or str(fault)
        code = _refuse(f"{fault.filename}: {reason}" if fault.filename else reason, 1)
    sys.exit(code)


def _run() -> int:
    from cyclopts import CycloptsError

    from .cli.app import app
    from .cli.said import wrong_use

    try:
        code = app(exit_on_error=False, error_formatter=wrong_use, result_action="return_value")
    except CycloptsError:
        return 2
    return code if isinstance(code, int) else 0


def _refuse(sentence: str, code: int) -> int:
    print(f"afmfast: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
