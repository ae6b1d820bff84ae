"""Entry point of `python -m pyodide_runtimes`."""

import sys

from pyodide_runtimes.cli import main

sys.exit(main())
