"""`python -m fluxtui` is `fluxtui`."""

import sys

from fluxtui.cli.parser import main

sys.exit(main())
