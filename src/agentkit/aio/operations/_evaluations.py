"""Evaluations of a project."""

from __future__ import annotations

from ..._core.services import ProjectService
from .._api.evaluations import EvaluationsCalls

__all__ = ["EvaluationsOperations"]


class EvaluationsOperations(EvaluationsCalls):
    """Evaluations of a project's data, once or on a schedule. A client makes it; it is not made by hand.

    The lists are lazy: call them without ``await`` and walk over what they give.
    """

    service = ProjectService.EVALUATIONS
