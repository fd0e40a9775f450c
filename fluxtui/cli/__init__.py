"""What can be typed after `fluxtui`: the parser, and one module for each command."""
