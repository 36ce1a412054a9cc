"""Whose a name is: uses of a name move with the import that binds it where they are, and others stay."""

from __future__ import annotations

from migration.case import Case, case

__all__ = ["SCOPES"]

SCOPES: dict[str, Case] = {
    "a method does not see what its class binds": case(
        """
        import azure.ai.projects

        class Holder:
            azure = None
            client = azure.ai.projects.AIProjectClient

            def make(self, made=azure.ai.projects.AIProjectClient):
                return azure.ai.projects.AIProjectClient
        """,
        """
        import agentkit

        class Holder:
            azure = None
            client = azure.ai.projects.AIProjectClient

            def make(self, made=azure.ai.projects.AIProjectClient):
                return agentkit.AIProjectClient
        """,
    ),
    "a default and an annotation are outside of their function": case(
        """
        import azure.ai.projects

        def make(azure=azure.ai.projects.AIProjectClient, other: azure.ai.projects.models.Agent = None):
            return azure.ai.projects
        later = lambda azure, made=azure.ai.projects.AIProjectClient: azure.ai.projects
        """,
        """
        import agentkit

        def make(azure=agentkit.AIProjectClient, other: agentkit.models.Agent = None):
            return azure.ai.projects
        later = lambda azure, made=agentkit.AIProjectClient: azure.ai.projects
        """,
    ),
    "what the first loop of a comprehension goes through is outside of it": case(
        """
        import azure.ai.projects

        found = [azure.ai.projects for azure in azure.ai.projects.models.RunStatus for one in azure.ai.projects]
        """,
        """
        import agentkit

        found = [azure.ai.projects for azure in agentkit.models.RunStatus for one in azure.ai.projects]
        """,
    ),
    "an assignment in a comprehension is one of the function around": case(
        """
        import azure.ai.projects

        found = [azure.ai.projects.AIProjectClient for one in all_of_them if (azure := one)]
        """,
        None,
        (1, "stays because of line 3"),
        (3, "'azure' is bound here and by an import"),
    ),
    "a global name is the module's": case(
        """
        def load():
            global azure
            import azure.ai.projects

        def use():
            return azure.ai.projects.AIProjectClient
        """,
        """
        def load():
            global azure
            import agentkit

        def use():
            return agentkit.AIProjectClient
        """,
    ),
    "a nonlocal name is that of the function around": case(
        """
        def around():
            import azure.ai.projects

            def within():
                nonlocal azure
                azure = None
        """,
        None,
        (2, "stays because of line 6"),
        (6, "'azure' is bound here and by an import"),
    ),
    "a pattern binds names": case(
        """
        import azure.ai.projects

        match one:
            case {"a": [*azure]}: ...
            case {"b": 1, **azure}: ...
            case Agent(azure=1) as azure: ...
        """,
        None,
        (1, "stays because of line 4"),
        (4, "'azure' is bound here and by an import"),
        (5, "'azure' is bound here and by an import"),
        (6, "'azure' is bound here and by an import"),
    ),
    "the name of a keyword is no use of it": case(
        "import azure.ai.projects\n\nuse(azure=azure.ai.projects.AIProjectClient)\n",
        "import agentkit\n\nuse(azure=agentkit.AIProjectClient)\n",
    ),
    "texts in annotations": case(
        """
        import typing
        from typing import List, Literal, cast

        a: "typing.List[azure.ai.projects.models.Agent]"
        b: "azure.ai." "projects.models.Agent"
        c: Literal["azure.ai.projects"]
        d: typing.Literal["azure.ai.projects"]
        e = List["azure.ai.projects.models.Agent"]
        f = names["azure.ai.projects"]
        g = cast("azure.ai.projects.models.Agent", f)
        """,
        None,
        (4, "an annotation in quotes"),
        (5, "an annotation in quotes"),
        (8, "an annotation in quotes"),
        (10, "cast() is given"),
    ),
    "type parameters": case(
        """
        import azure.ai.projects

        def first[azure](made: azure.ai.projects) -> azure.ai.projects: ...
        def second[T: azure.ai.projects.models.Agent, *A, **P](made: T) -> azure.ai.projects.models.Agent: ...
        class Holder[azure](azure.ai.projects):
            one: azure.ai.projects
        type Made[azure] = azure.ai.projects.models.Agent
        type Other = azure.ai.projects.models.Agent
        """,
        """
        import agentkit

        def first[azure](made: azure.ai.projects) -> azure.ai.projects: ...
        def second[T: agentkit.models.Agent, *A, **P](made: T) -> agentkit.models.Agent: ...
        class Holder[azure](azure.ai.projects):
            one: azure.ai.projects
        type Made[azure] = azure.ai.projects.models.Agent
        type Other = agentkit.models.Agent
        """,
    ),
    "type parameters see the class that they are in": case(
        """
        class Holder:
            import azure.ai.projects

            def make[T](self, made: azure.ai.projects.models.Agent): ...
        """,
        """
        class Holder:
            import agentkit

            def make[T](self, made: agentkit.models.Agent): ...
        """,
    ),
    "what they are of does not see that class": case(
        """
        import azure.ai.projects

        class Holder:
            azure = None
            def make[T](self, made: azure.ai.projects) -> T:
                return azure.ai.projects.AIProjectClient
            class Inner[T]:
                client = azure.ai.projects.AIProjectClient
        """,
        """
        import agentkit

        class Holder:
            azure = None
            def make[T](self, made: azure.ai.projects) -> T:
                return agentkit.AIProjectClient
            class Inner[T]:
                client = agentkit.AIProjectClient
        """,
    ),
    "global where it says nothing": case(
        "global azure\nimport azure.ai.projects\nazure.ai.projects.AIProjectClient\n",
        "global azure\nimport agentkit\nagentkit.AIProjectClient\n",
    ),
}
