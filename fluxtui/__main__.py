"""`python -m fluxtui` is `fluxtui`."""

import sys

from fluxtui.cli import main

sys.exit(main())
