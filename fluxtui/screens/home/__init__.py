"""Getting pictures home: copies, a line for scp, a page in a browser, the terminal's transfer."""

from fluxtui.screens.home.opening import get_home, toggle_page

__all__ = ["get_home", "toggle_page"]
