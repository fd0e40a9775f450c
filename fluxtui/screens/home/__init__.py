"""Getting pictures home over SSH: copies, a line for scp, a page in a browser, the terminal's own transfer."""

from fluxtui.screens.home.opening import get_home, toggle_page

__all__ = ["get_home", "toggle_page"]
