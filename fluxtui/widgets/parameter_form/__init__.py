"""The form for the parameters of any endpoint, made from their description alone."""

from fluxtui.widgets.parameter_form.checks import problem_finder
from fluxtui.widgets.parameter_form.form import ParameterForm

__all__ = ["ParameterForm", "problem_finder"]
