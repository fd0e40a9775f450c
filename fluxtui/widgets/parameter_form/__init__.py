"""The form for the parameters of any endpoint, made from their description alone."""

from fluxtui.widgets.parameter_form.form import ParameterForm
from fluxtui.widgets.parameter_form.values import problem_finder

__all__ = ["ParameterForm", "problem_finder"]
