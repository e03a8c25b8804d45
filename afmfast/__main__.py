"""`python -m afmfast` and the `afmfast` command: exit codes and one-sentence errors."""

from __future__ import annotations

import sys

from .errors import AfmfastError, Interrupted


def main() -> None:
    """Run the command line; 0 done, 1 refused, 2 wrong usage, 3 done with files left out, 130 interrupted."""
    from cyclopts import CycloptsError

    from .cli.app import app

    try:
        code = app(exit_on_error=False, print_error=True, result_action="return_value")
    except CycloptsError:
        code = 2
    except (KeyboardInterrupt, Interrupted):
        print("afmfast: interrupted; what was finished is kept, the same command goes on from there", file=sys.stderr)
        code = 130
    except AfmfastError as fault:
        print(f"afmfast: {fault}", file=sys.stderr)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
