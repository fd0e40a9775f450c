"""The journal: every job, picture and finetune, in one SQLite file that several programs may share."""

from fluxtui.services.journal.journal import Journal

__all__ = ["Journal"]
