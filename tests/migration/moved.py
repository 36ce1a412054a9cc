"""Modules that move, whole or in part."""

from __future__ import annotations

from migration.case import Case, case

__all__ = ["MOVED"]

MOVED: dict[str, Case] = {
    "the client": case("from azure.ai.projects import AIProjectClient\n", "from agentkit import AIProjectClient\n"),
    "the client of agents": case("from azure.ai.agents import AgentsClient\n", "from agentkit import AgentsClient\n"),
    "the async client": case(
        "from azure.ai.projects.aio import AIProjectClient\n", "from agentkit.aio import AIProjectClient\n"
    ),
    "another name": case(
        "from azure.ai.projects import AIProjectClient as  Client  # ours\n",
        "from agentkit import AIProjectClient as  Client  # ours\n",
    ),
    "models of both packages": case(
        """
        from azure.ai.projects.models import MessageRole, CodeInterpreterTool
        from azure.ai.agents.models import FileInfo, ListSortOrder
        """,
        """
        from agentkit.models import MessageRole, CodeInterpreterTool
        from agentkit.models import FileInfo, ListSortOrder
        """,
    ),
    "operations": case(
        """
        from azure.ai.projects.operations import AgentsOperations
        from azure.ai.agents.aio.operations import ThreadsOperations, RunsOperations
        """,
        """
        from agentkit.operations import AgentsOperations
        from agentkit.aio.operations import ThreadsOperations, RunsOperations
        """,
    ),
    "tracing": case(
        """
        from azure.ai.projects.telemetry import trace_function
        from azure.ai.projects.telemetry.agents import AIAgentsInstrumentor
        """,
        """
        from agentkit.telemetry import trace_function
        from agentkit.telemetry.agents import AIAgentsInstrumentor
        """,
    ),
    "loops over all agents": case(
        """
        from azure.ai.projects.aio import AIProjectClient

        for agent in project.agents.list_agents(limit=5): ...  # five at a time
        names = [agent.name for agent in (client.agents.list_agents()) if agent.name]


        async def walk() -> None:
            async for agent in self.client.agents.list_agents(
                order="asc",  # the oldest first
            ):
                print(agent.id)
            found = {agent.id async for agent in client.agents.list_agents()}
        """,
        """
        from agentkit.aio import AIProjectClient

        for agent in project.agents.list_agents(limit=5).auto_paging_iter(): ...  # five at a time
        names = [agent.name for agent in (client.agents.list_agents()).auto_paging_iter() if agent.name]


        async def walk() -> None:
            async for agent in (await self.client.agents.list_agents(
                order="asc",  # the oldest first
            )).auto_paging_iter():
                print(agent.id)
            found = {agent.id async for agent in (await client.agents.list_agents()).auto_paging_iter()}
        """,
    ),
    "types of the package of agents": case(
        """
        from azure.ai.agents import types, AgentsClient
        from azure.ai.agents.types import AgentsResponseFormatOption

        option: types.AgentsToolChoiceOption = "auto"
        """,
        """
        from agentkit import models as types, AgentsClient
        from agentkit.models import AgentsResponseFormatOption

        option: types.AgentsToolChoiceOption = "auto"
        """,
    ),
    "private modules": case(
        """
        from azure.ai.projects.models._models import ThreadRun
        from azure.ai.projects.models._enums import RunStatus
        from azure.ai.projects._patch import AIProjectClient
        """,
        """
        from agentkit.models import ThreadRun
        from agentkit.models import RunStatus
        from agentkit import AIProjectClient
        """,
    ),
    "the package, and names with dots": case(
        """
        import azure.ai.projects

        client = azure.ai.projects.AIProjectClient.from_connection_string(conn_str, credential)
        tool = azure . ai . projects . models . CodeInterpreterTool()
        """,
        """
        import agentkit

        client = agentkit.AIProjectClient.from_connection_string(conn_str, credential)
        tool = agentkit.models . CodeInterpreterTool()
        """,
    ),
    "the package by another name": case(
        """
        import azure.ai.projects as p
        import azure.ai.projects.models as m

        client = p.AIProjectClient(endpoint, credential)
        tools = [m.CodeInterpreterTool(), p.models.FileSearchTool()]
        """,
        """
        import agentkit as p
        import agentkit.models as m

        client = p.AIProjectClient(endpoint, credential)
        tools = [m.CodeInterpreterTool(), p.models.FileSearchTool()]
        """,
    ),
    "a private module by another name": case(
        """
        import azure.ai.projects as p

        run: p.models._models.ThreadRun
        """,
        """
        import agentkit as p

        run: p.models.ThreadRun
        """,
    ),
    "several imports in a line": case(
        "import os, azure.ai.projects, azure.ai.projects.models, json  # all of them\n",
        "import os, agentkit, agentkit.models, json  # all of them\n",
    ),
    "one import twice": case("import azure.ai.projects, azure.ai.agents\n", "import agentkit\n"),
    "a module from the package": case(
        """
        from azure.ai.projects import models, AIProjectClient
        from azure.ai.agents import aio as asynchronous

        role = models.MessageRole.USER
        """,
        """
        from agentkit import models, AIProjectClient
        from agentkit import aio as asynchronous

        role = models.MessageRole.USER
        """,
    ),
    "the package from its parent": case(
        """
        from azure.ai import projects

        client = projects.AIProjectClient(endpoint, credential)
        """,
        """
        import agentkit as projects

        client = projects.AIProjectClient(endpoint, credential)
        """,
    ),
    "mixed, from the parent": case(
        """
        # What is used.
        from azure.ai import projects, ml  # both
        """,
        """
        # What is used.
        import agentkit as projects
        from azure.ai import ml  # both
        """,
        (2, "azure-ai-ml"),
    ),
    "mixed, in one line of a block": case(
        "if wanted: from azure.ai import projects as p, ml\n",
        "if wanted: import agentkit as p; from azure.ai import ml\n",
        (1, "azure-ai-ml"),
    ),
    "several lines with comments": case(
        """
        from azure.ai.projects.models import (  # what we need
            # runs code
            CodeInterpreterTool,

            FunctionTool,  # calls us
            MessageRole,
        )  # done
        """,
        """
        from agentkit.models import (  # what we need
            # runs code
            CodeInterpreterTool,

            FunctionTool,  # calls us
            MessageRole,
        )  # done
        """,
    ),
    "several lines, of which one stays": case(
        """
        from azure.ai.projects.models import (  # what we need
            CodeInterpreterTool,
            # an index
            DatasetVersion,  # not here
            # who speaks
            MessageRole,  # user or agent
        )  # done
        """,
        """
        from agentkit.models import (  # what we need
            CodeInterpreterTool,
            # who speaks
            MessageRole,  # user or agent
        )
        from azure.ai.projects.models import (
            # an index
            DatasetVersion,  # not here
        )  # done
        """,
        (4, "agentkit.models has no 'DatasetVersion'"),
    ),
    "several lines without a last comma, of which the last stays": case(
        """
        from azure.ai.projects.models import (
            CodeInterpreterTool,
            DatasetVersion
        )
        """,
        """
        from agentkit.models import (
            CodeInterpreterTool
        )
        from azure.ai.projects.models import (
            DatasetVersion
        )
        """,
        (3, "DatasetVersion"),
    ),
    "a backslash": case(
        "from azure.ai.projects.models import MessageRole, \\\n    RunStatus\n",
        "from agentkit.models import MessageRole, \\\n    RunStatus\n",
    ),
    "a star where both have the same": case(
        """
        from azure.ai.projects import *
        from azure.ai.projects.models import *
        """,
        """
        from agentkit import AIProjectClient
        from agentkit.models import *
        """,
    ),
    "for type checkers": case(
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from azure.ai.projects import AIProjectClient

        def use(client: "AIProjectClient") -> None: ...
        """,
        """
        from __future__ import annotations
        from typing import TYPE_CHECKING

        if TYPE_CHECKING:
            from agentkit import AIProjectClient

        def use(client: "AIProjectClient") -> None: ...
        """,
    ),
    "try and except": case(
        """
        try:
            from azure.ai.agents import AgentsClient
        except ImportError:
            from azure.ai.projects import AIProjectClient as AgentsClient
        """,
        """
        try:
            from agentkit import AgentsClient
        except ImportError:
            from agentkit import AIProjectClient as AgentsClient
        """,
    ),
    "on a condition, in a function, in a class": case(
        """
        import sys
        if sys.version_info >= (3, 11):
            import azure.ai.projects.models

        def later():
            import azure.ai.projects
            return azure.ai.projects.AIProjectClient

        class Holder:
            from azure.ai.projects.models import RunStatus as status
        """,
        """
        import sys
        if sys.version_info >= (3, 11):
            import agentkit.models

        def later():
            import agentkit
            return agentkit.AIProjectClient

        class Holder:
            from agentkit.models import RunStatus as status
        """,
    ),
    "what a module exports": case(
        """
        from azure.ai.projects.models import RunStatus, ToolSet

        __all__ = ["RunStatus", "ToolSet"]
        """,
        """
        from agentkit.models import RunStatus, ToolSet

        __all__ = ["RunStatus", "ToolSet"]
        """,
    ),
    "decorators, defaults, bases": case(
        """
        import azure.ai.projects.models
        import azure.ai.projects.telemetry

        @azure.ai.projects.telemetry.trace_function()
        def say(role=azure.ai.projects.models.MessageRole.USER): ...

        class Handler(azure.ai.projects.models.AgentEventHandler): ...
        """,
        """
        import agentkit.models
        import agentkit.telemetry

        @agentkit.telemetry.trace_function()
        def say(role=agentkit.models.MessageRole.USER): ...

        class Handler(agentkit.models.AgentEventHandler): ...
        """,
    ),
    "in an f-string": case(
        """
        import azure.ai.projects

        print(f"{azure.ai.projects.AIProjectClient!r} of azure.ai.projects")
        """,
        """
        import agentkit

        print(f"{agentkit.AIProjectClient!r} of azure.ai.projects")
        """,
    ),
    "beside other packages of azure": case(
        """
        import azure.ai.projects
        import azure.identity

        client = azure.ai.projects.AIProjectClient(endpoint, azure.identity.DefaultAzureCredential())
        """,
        """
        import agentkit
        import azure.identity

        client = agentkit.AIProjectClient(endpoint, azure.identity.DefaultAzureCredential())
        """,
    ),
    "blanks, semicolons and odd indents": case(
        "from  azure.ai.projects  import   AIProjectClient ; x = 1\nif x :\n      import   azure.ai.projects  as  p   # far\n",
        "from  agentkit  import   AIProjectClient ; x = 1\nif x :\n      import   agentkit  as  p   # far\n",
    ),
}
