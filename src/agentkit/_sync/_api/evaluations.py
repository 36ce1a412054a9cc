# Derived by `python -m codegen` from src/agentkit/aio/_api/evaluations.py; change that and run it again.
"""Evaluations: the single calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..._generated import requests
from .._group import ServiceGroup
from .._pages import ItemPaged

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..._generated.models.evaluations import Evaluation, EvaluationSchedule
    from ..._types import Body, CallOptions

__all__ = ["EvaluationsCalls"]


class EvaluationsCalls(ServiceGroup):
    """Evaluations."""

    def create(self, evaluation: Evaluation | Body | bytes, **options: Unpack[CallOptions]) -> Evaluation:
        """Create an evaluation.

        Starts it. The answer comes at once; `status` says how far it is, and `get` where it stands later.

        :param evaluation: the model, a mapping by wire names, or a binary stream or bytes of JSON. Fields that the
            service alone sets are left out of a model.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Evaluation
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create", options)
        return self._pipeline.send(requests.create_evaluation(evaluation), settings)

    def list(
        self, *, top: int | None = None, skip: int | None = None, maxpagesize: int | None = None, **options: Unpack[CallOptions]
    ) -> ItemPaged[Evaluation]:
        """List evaluations.

        Gives them page after page, as the service orders them.

        :keyword top: Most entries in all, over all pages; none for every one.
        :keyword skip: Entries to leave out at the beginning; none leaves out nothing.
        :keyword maxpagesize: Most entries on one page; the service may give fewer.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.Evaluation]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list", options)
        return ItemPaged(self._pipeline, requests.list_evaluations(top=top, skip=skip, maxpagesize=maxpagesize), settings)

    def get(self, id: str, **options: Unpack[CallOptions]) -> Evaluation:
        """Get an evaluation.

        Fails with 404 when no evaluation has this id.

        :param id: Id of the evaluation.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Evaluation
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get", options)
        return self._pipeline.send(requests.get_evaluation(id), settings)

    def update(self, id: str, resource: Evaluation | Body | bytes, **options: Unpack[CallOptions]) -> Evaluation:
        """Change an evaluation.

        Changes its name to show, its description and its labels. What is left out stays; a null takes a field away, and
        is given in a mapping. Data, target, evaluators and properties stay as they were created.

        :param id: Id of the evaluation.
        :param resource: the model, a mapping by wire names, or a binary stream or bytes of JSON. Fields that the
            service alone sets are left out of a model.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.Evaluation
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("update", options)
        return self._pipeline.send(requests.update_evaluation(id, resource), settings)

    def list_schedule(
        self, *, top: int | None = None, skip: int | None = None, maxpagesize: int | None = None, **options: Unpack[CallOptions]
    ) -> ItemPaged[EvaluationSchedule]:
        """List schedules.

        Gives them page after page, as the service orders them.

        :keyword top: Most entries in all, over all pages; none for every one.
        :keyword skip: Entries to leave out at the beginning; none leaves out nothing.
        :keyword maxpagesize: Most entries on one page; the service may give fewer.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: all of them, page after page as they are asked for; nothing is requested before.
        :rtype: ~agentkit.aio.AsyncItemPaged[~agentkit.models.EvaluationSchedule]
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        """
        settings = self._settings("list_schedule", options)
        return ItemPaged(
            self._pipeline, requests.list_evaluation_schedules(top=top, skip=skip, maxpagesize=maxpagesize), settings
        )

    def get_schedule(self, name: str, **options: Unpack[CallOptions]) -> EvaluationSchedule:
        """Get a schedule.

        Fails with 404 when no schedule has this name.

        :param name: Name of the schedule.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.EvaluationSchedule
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("get_schedule", options)
        return self._pipeline.send(requests.get_evaluation_schedule(name), settings)

    def create_or_replace_schedule(
        self, name: str, resource: EvaluationSchedule | Body | bytes, **options: Unpack[CallOptions]
    ) -> EvaluationSchedule:
        """Create a schedule, or replace it.

        A schedule of this name that is there already is replaced as a whole.

        :param name: Name of the schedule.
        :param resource: the model, a mapping by wire names, or a binary stream or bytes of JSON. Fields that the
            service alone sets are left out of a model.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :return: the service's answer.
        :rtype: ~agentkit.models.EvaluationSchedule
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("create_or_replace_schedule", options)
        return self._pipeline.send(requests.create_or_replace_evaluation_schedule(name, resource), settings)

    def disable_schedule(self, name: str, **options: Unpack[CallOptions]) -> None:
        """Disable a schedule.

        It stays, and starts no more evaluations until it is replaced. Fails with 404 when no schedule has this name.

        :param name: Name of the schedule.
        :keyword options: what every call accepts; see :class:`~agentkit._types.CallOptions`.
        :raises ~azure.core.exceptions.HttpResponseError: the service refused; 404 is ResourceNotFoundError.
        :raises ValueError: an id is empty or cannot stand in a path.
        :raises TypeError: an argument is missing, unknown, or of the wrong type.
        """
        settings = self._settings("disable_schedule", options)
        return self._pipeline.send(requests.disable_evaluation_schedule(name), settings)
