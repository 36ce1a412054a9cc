"""The class of prompts that are kept as text."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._messages import messages_of
from ._mustache import render
from ._prompty import Prompty, read_prompty

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["PromptTemplate"]


class PromptTemplate:
    """A prompt with placeholders, in the Mustache language: ``{{name}}``.

    :ivar model_name: the model that it is for, where it says so.
    :ivar parameters: what the model is to be asked with, such as ``temperature``.
    :ivar prompty: the prompt with its settings.
    """

    def __init__(
        self,
        *,
        api: str = "chat",
        prompty: Prompty | None = None,
        prompt_template: str | None = None,
        model_name: str | None = None,
    ) -> None:
        """Take a prompt as it is; :meth:`from_string` and :meth:`from_prompty` make one.

        :keyword api: ``chat``, whose prompts have messages, or ``completion``, whose prompts are one text.
        :keyword prompty: the prompt with its settings.
        :keyword prompt_template: the prompt alone.
        :keyword model_name: the model that it is for, where the settings name none.
        :raises ValueError: there is no prompt, or the api is neither.
        """
        if prompty is None:
            if prompt_template is None:
                raise ValueError(
                    "PromptTemplate() needs a prompt: give prompt_template, or use from_string() or from_prompty()"
                )
            prompty = Prompty(prompt_template, api=api or "chat")
        if prompty.api not in ("chat", "completion"):
            raise ValueError(f"the api of a prompt is 'chat' or 'completion', not {prompty.api!r}")
        self.prompty = prompty
        named = prompty.configuration.get("azure_deployment")
        self.model_name: str | None = str(named) if named else model_name
        self.parameters: dict[str, Any] = dict(prompty.parameters)

    @classmethod
    def from_prompty(cls, file_path: str) -> Self:
        """Read a prompt from a file of the Prompty format.

        :param file_path: the file; a relative path is looked up beside the file that calls this.
        :return: the prompt.
        :raises ValueError: the path is empty, or the file is not of the format.
        :raises ModuleNotFoundError: PyYAML, which reads the settings, is not installed.
        :raises OSError: the file cannot be read.
        """
        if not file_path:
            raise ValueError("from_prompty() needs file_path, the path of a .prompty file")
        caller = Path(sys._getframe(1).f_code.co_filename)
        return cls(prompty=read_prompty(caller.parent / file_path))

    @classmethod
    def from_string(cls, prompt_template: str, api: str = "chat", model_name: str | None = None) -> Self:
        """Take a prompt from a text, whose common indentation and first empty lines are left out.

        :param prompt_template: the prompt. A line such as ``system:`` or ``user:`` begins a message.
        :param api: ``chat`` or ``completion``.
        :param model_name: the model that it is for.
        :return: the prompt.
        :raises ValueError: the api is neither.
        """
        return cls(api=api, prompt_template=textwrap.dedent(prompt_template).lstrip("\r\n"), model_name=model_name)

    def create_messages(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """Fill in the prompt.

        :param data: values by the names of placeholders; where one has none, the settings' sample counts, then nothing.
        :param kwargs: the same, in place of ``data``.
        :return: messages with ``role`` and ``content``; with the api ``completion``, one of the user with the whole text.
        :raises ValueError: the prompt is wrong, such as with a section that is not closed.
        """
        values = {**self.prompty.sample, **(kwargs if data is None else data)}
        if self.prompty.api == "completion":
            return [{"role": "user", "content": render(self.prompty.content, values)}]
        return messages_of(self.prompty.content, values)
