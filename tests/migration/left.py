"""Modules that stay as they are, and what is left to do by hand."""

from __future__ import annotations

from migration.case import Case, case

__all__ = ["LEFT"]

LEFT: dict[str, Case] = {
    # --- what stays ---------------------------------------------------------------------------------------------------------
    "strings that only look like names": case(
        '''
        """Uses azure.ai.projects, see import azure.ai.projects."""
        text = "from azure.ai.projects import AIProjectClient"
        logger = logging.getLogger("azure.ai.projects")
        '''
    ),
    "comments": case("# from azure.ai.projects import AIProjectClient\nx = 1  # azure.ai.projects.models.Agent\n"),
    "relative imports": case(
        """
        from .azure.ai.projects import AIProjectClient
        from . import projects
        from .. import azure
        """
    ),
    "names of one's own": case(
        """
        class azure: ...

        def use(azure):
            return azure.ai.projects.models.Agent
        """
    ),
    "packages with longer names": case(
        """
        import azure.ai.projectsx
        from azure.ai.agentserver import Server
        from notazure.ai.projects import AIProjectClient
        """
    ),
    "already moved": case(
        """
        from agentkit import AIProjectClient
        from agentkit.models import MessageRole
        from azure.identity import DefaultAzureCredential
        """
    ),
    "a file with nothing in it": case(""),
    # --- what is left to do by hand -----------------------------------------------------------------------------------------
    "type comments": case(
        """
        import azure.ai.projects

        def use(client):
            # type: (azure.ai.projects.AIProjectClient) -> None
            client.x = azure.ai.projects.models.Agent  # type: ignore
        """,
        """
        import agentkit

        def use(client):
            # type: (azure.ai.projects.AIProjectClient) -> None
            client.x = agentkit.models.Agent  # type: ignore
        """,
        (4, "type comment"),
    ),
    "annotations in quotes": case(
        """
        import azure.ai.projects

        def use(client: "azure.ai.projects.AIProjectClient") -> None: ...
        """,
        """
        import agentkit

        def use(client: "azure.ai.projects.AIProjectClient") -> None: ...
        """,
        (3, "in quotes"),
    ),
    "imports by text": case(
        """
        import importlib
        module = importlib.import_module("azure.ai.projects")
        other = __import__("azure.ai.agents.models")
        with patch("azure.ai.projects.AIProjectClient"): ...
        """,
        None,
        (2, "import_module() is given 'azure.ai.projects'"),
        (3, "__import__() is given 'azure.ai.agents.models'"),
        (4, "patch() is given"),
    ),
    "a star of what differs": case(
        """
        from azure.ai.projects.models._models import *
        from azure.ai.projects._version import *
        """,
        None,
        (1, "import * of the private module"),
        (2, "agentkit has no '_version'"),
    ),
    "names that agentkit does not have": case(
        """
        from azure.ai.projects import AIProjectClient, enable_telemetry
        from azure.ai.projects.models import Connection, ThreadRuns
        """,
        """
        from agentkit import AIProjectClient
        from azure.ai.projects import enable_telemetry
        from azure.ai.projects.models import Connection, ThreadRuns
        """,
        (1, "it is client.telemetry.enable here"),
        (2, "it is ConnectionProperties here"),
        (2, ". Did you mean 'ThreadRun'?"),
    ),
    "the second generation": case(
        """
        from azure.ai.projects import AIProjectClient
        from azure.ai.projects.models import MemoryStoreDefaultDefinition, MessageRole
        from azure.ai.agents.models import RunStatus
        """,
        """
        from azure.ai.projects import AIProjectClient
        from azure.ai.projects.models import MemoryStoreDefaultDefinition, MessageRole
        from agentkit.models import RunStatus
        """,
        (1, "stays: the module uses azure-ai-projects 2.x (line 2)"),
        (2, "MemoryStoreDefaultDefinition is of azure-ai-projects 2.x"),
        (2, "azure.ai.projects.models.MessageRole stays"),
    ),
    "the second generation, of which agentkit has a part": case(
        """
        import azure.ai.projects.models as m

        definition = m.PromptAgentDefinition(model="gpt-4o", tools=[m.CodeInterpreterTool()])
        """,
        None,
        (1, "stays: the module uses azure-ai-projects 2.x (line 3)"),
        (3, "PromptAgentDefinition is of azure-ai-projects 2.x; agentkit.models.hosted has it"),
    ),
    "one name with dots that agentkit does not have": case(
        """
        import azure.ai.projects
        import azure.ai.projects.models
        from azure.ai.projects.models import RunStatus

        role = azure.ai.projects.models.MessageRole.USER
        data = azure.ai.projects.models.DatasetVersion()
        """,
        """
        import azure.ai.projects
        import azure.ai.projects.models
        from agentkit.models import RunStatus

        role = azure.ai.projects.models.MessageRole.USER
        data = azure.ai.projects.models.DatasetVersion()
        """,
        (1, "the import of azure.ai.projects stays because of line 6"),
        (2, "the import of azure.ai.projects.models stays because of line 6"),
        (6, "agentkit.models has no 'DatasetVersion'"),
    ),
    "a name that a module by another name does not have": case(
        """
        import azure.ai.projects.models as m
        from azure.ai import projects

        data = m.DatasetVersion()
        role = projects.models.MessageRole.USER
        """,
        """
        import azure.ai.projects.models as m
        import agentkit as projects

        data = m.DatasetVersion()
        role = projects.models.MessageRole.USER
        """,
        (1, "the import of azure.ai.projects.models stays because of line 4"),
        (4, "agentkit.models has no 'DatasetVersion'"),
    ),
    "another package that is reached through the import": case(
        """
        import azure.ai.projects

        try:
            azure.ai.projects.AIProjectClient(endpoint, credential)
        except azure.core.exceptions.HttpResponseError: ...
        """,
        None,
        (1, "stays because of line 5"),
        (5, "azure.core.exceptions.HttpResponseError is reached through an import of an older package"),
    ),
    "a name that is bound twice": case(
        """
        try:
            import azure.ai.projects
        except ImportError:
            azure = None
        """,
        None,
        (2, "stays because of line 4"),
        (4, "'azure' is bound here and by an import"),
    ),
    "agentkit as a name of one's own": case(
        """
        import azure.ai.projects

        agentkit = azure.ai.projects.AIProjectClient
        """,
        None,
        (1, "stays because of line 3"),
        (3, "'agentkit' is a name of the module's own"),
    ),
    "a package through its grandparent": case(
        """
        from azure import ai

        client = ai.projects.AIProjectClient(endpoint, credential)
        """,
        None,
        (1, "a package is reached through 'ai'"),
    ),
    "the Assistants API of the openai package": case(
        """
        from openai import AssistantEventHandler, OpenAI
        from openai.types.beta import Thread

        client = OpenAI()
        thread = client.beta.threads.create()
        runs = get_client()[0].beta.threads.runs
        stores = client.beta.vector_stores.list()
        answer = client.beta.chat.completions.parse()
        """,
        None,
        (1, "docs/migration.md"),
        (2, "docs/migration.md"),
        (5, "docs/migration.md"),
        (6, "docs/migration.md"),
        (7, "docs/migration.md"),
    ),
    "lists of agents that are no loops": case(
        """
        from azure.ai.projects import AIProjectClient

        agents = list(project.agents.list_agents())
        page = project.agents.list_agents()
        others = [agent for agent in page.data]
        for agent in project.agents.list_agents().data: ...
        for agent in agents_client.list_agents(): ...
        listed = project.agents.list_agents()
        first = next(listed)


        async def walk() -> None:
            found: Any = await client.agents.list_agents()
            for agent in found: ...
        """,
        """
        from agentkit import AIProjectClient

        agents = list(project.agents.list_agents())
        page = project.agents.list_agents()
        others = [agent for agent in page.data]
        for agent in project.agents.list_agents().data: ...
        for agent in agents_client.list_agents(): ...
        listed = project.agents.list_agents()
        first = next(listed)


        async def walk() -> None:
            found: Any = await client.agents.list_agents()
            for agent in found: ...
        """,
        (3, "gives one page here: go through its .data"),
        (9, "gives one page here"),
        (14, "gives one page here"),
    ),
    "loops where there are both clients": case(
        """
        import azure.ai.agents
        from azure.ai.projects import AIProjectClient

        for agent in self.agents.list_agents(): ...
        """,
        """
        import agentkit
        from agentkit import AIProjectClient

        for agent in self.agents.list_agents(): ...
        """,
        (4, "gives one page here"),
    ),
    "loops over what a class calls its agents": case(
        """
        from azure.ai.projects import AIProjectClient

        for agent in self.agents.list_agents(): ...
        """,
        """
        from agentkit import AIProjectClient

        for agent in self.agents.list_agents(): ...
        """,
        (3, "gives one page here"),
    ),
    "loops where the client stays": case(
        """
        import azure.ai.projects

        azure = None
        for agent in client.agents.list_agents(): ...
        """,
        None,
        (1, "stays because of line 3"),
        (3, "'azure' is bound here and by an import"),
    ),
    "what azure-ai-projects had for models, data and indexes": case(
        """
        from azure.ai.projects import AIProjectClient
        from torchvision import datasets

        for deployment in project.deployments.list(): ...
        project.datasets.upload_file(name="data", version="1", file_path="data.csv")
        datasets.MNIST("data")
        """,
        """
        from agentkit import AIProjectClient
        from torchvision import datasets

        for deployment in project.deployments.list(): ...
        project.datasets.upload_file(name="data", version="1", file_path="data.csv")
        datasets.MNIST("data")
        """,
        (4, "deployments.list() of azure-ai-projects 1.0.0b11 and later is not in agentkit"),
        (5, "datasets.upload_file() of azure-ai-projects 1.0.0b11 and later is not in agentkit"),
    ),
    "what a client of azure-ai-projects 2.x has is not told of": case(
        """
        from azure.ai.projects import AIProjectClient
        from azure.ai.projects.models import PromptAgentDefinition

        for deployment in project.deployments.list(): ...
        """,
        None,
        (1, "stays: the module uses azure-ai-projects 2.x"),
        (2, "PromptAgentDefinition is of azure-ai-projects 2.x"),
    ),
    "azure-ai-ml": case(
        """
        import azure.ai.ml
        from azure.ai.ml import MLClient
        from azure.ai.ml.entities import *
        """,
        None,
        (1, "azure-ai-ml"),
        (2, "azure-ai-ml"),
        (3, "azure-ai-ml"),
    ),
}
