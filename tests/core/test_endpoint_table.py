"""What each endpoint and each connection string comes to, as tables: a line for each, right and wrong, in all clouds.

In the tables ``␣`` stands for a blank and ``{hub}`` for the long path of a hub project; ``…`` in an error stands for other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from agentkit._core.endpoint import Endpoint, from_url, hub_project, parse_connection_string
from agentkit._core.services import ProjectService, service_endpoint

RIGHT = """
url    | https://res.services.ai.azure.com/api/projects/p           | foundry_project | https://res.services.ai.azure.com/api/projects/p     | v1                 | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com/api/projects/p/          | foundry_project | https://res.services.ai.azure.com/api/projects/p     | v1                 | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com/api/projects/p//         | foundry_project | https://res.services.ai.azure.com/api/projects/p     | v1                 | https://ai.azure.com/.default
url    | ␣https://res.services.ai.azure.com/api/projects/p␣         | foundry_project | https://res.services.ai.azure.com/api/projects/p     | v1                 | https://ai.azure.com/.default
url    | HTTPS://RES.SERVICES.AI.AZURE.COM/API/PROJECTS/P           | foundry_project | https://res.services.ai.azure.com/api/projects/P     | v1                 | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com:443/api/projects/p       | foundry_project | https://res.services.ai.azure.com/api/projects/p     | v1                 | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com:8443/api/projects/p      | foundry_project | https://res.services.ai.azure.com:8443/api/projects/p | v1                | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com/api/projects/my%20p      | foundry_project | https://res.services.ai.azure.com/api/projects/my%20p | v1                | https://ai.azure.com/.default
url    | https://res.services.ai.azure.com/api/projects/größe       | foundry_project | https://res.services.ai.azure.com/api/projects/gr%C3%B6%C3%9Fe | v1       | https://ai.azure.com/.default
url    | https://res.services.ai.azure.us/api/projects/p            | foundry_project | https://res.services.ai.azure.us/api/projects/p      | v1                 | https://ai.azure.us/.default
url    | https://res.services.ai.azure.cn/api/projects/p            | foundry_project | https://res.services.ai.azure.cn/api/projects/p      | v1                 | https://ai.azure.cn/.default
url    | https://res.openai.azure.com                               | azure_openai    | https://res.openai.azure.com/openai                  | 2024-05-01-preview | https://cognitiveservices.azure.com/.default
url    | https://res.openai.azure.com/openai/                       | azure_openai    | https://res.openai.azure.com/openai                  | 2024-05-01-preview | https://cognitiveservices.azure.com/.default
url    | https://res.cognitiveservices.azure.com                    | azure_openai    | https://res.cognitiveservices.azure.com/openai       | 2024-05-01-preview | https://cognitiveservices.azure.com/.default
url    | https://res.openai.azure.us/                               | azure_openai    | https://res.openai.azure.us/openai                   | 2024-05-01-preview | https://cognitiveservices.azure.us/.default
url    | https://res.cognitiveservices.azure.us/                    | azure_openai    | https://res.cognitiveservices.azure.us/openai        | 2024-05-01-preview | https://cognitiveservices.azure.us/.default
url    | https://res.openai.azure.cn/                               | azure_openai    | https://res.openai.azure.cn/openai                   | 2024-05-01-preview | https://cognitiveservices.azure.cn/.default
url    | https://res.cognitiveservices.azure.cn/                    | azure_openai    | https://res.cognitiveservices.azure.cn/openai        | 2024-05-01-preview | https://cognitiveservices.azure.cn/.default
url    | https://eastus.api.azureml.ms{hub}                         | hub_project     | https://eastus.api.azureml.ms{hub}                   | 2024-12-01-preview | https://ml.azure.com/.default
url    | https://usgovvirginia.api.ml.azure.us{hub}                 | hub_project     | https://usgovvirginia.api.ml.azure.us{hub}           | 2024-12-01-preview | https://ml.azure.us/.default
url    | https://chinaeast2.api.ml.azure.cn{hub}                    | hub_project     | https://chinaeast2.api.ml.azure.cn{hub}              | 2024-12-01-preview | https://ml.azure.cn/.default
string | eastus.api.azureml.ms;s;g;w                                | hub_project     | https://eastus.api.azureml.ms{hub}                   | 2024-12-01-preview | https://ml.azure.com/.default
string | ␣EastUS.api.azureml.ms␣;␣s;g␣;w␣                           | hub_project     | https://eastus.api.azureml.ms{hub}                   | 2024-12-01-preview | https://ml.azure.com/.default
string | https://eastus.api.azureml.ms/;s;g;w                       | hub_project     | https://eastus.api.azureml.ms{hub}                   | 2024-12-01-preview | https://ml.azure.com/.default
string | usgovarizona.api.ml.azure.us;s;g;w                         | hub_project     | https://usgovarizona.api.ml.azure.us{hub}            | 2024-12-01-preview | https://ml.azure.us/.default
string | chinanorth3.api.ml.azure.cn;s;g;w                          | hub_project     | https://chinanorth3.api.ml.azure.cn{hub}             | 2024-12-01-preview | https://ml.azure.cn/.default
string | gateway.corp.example:8443;s;g;w                            | hub_project     | https://gateway.corp.example:8443{hub}               | 2024-12-01-preview | https://ml.azure.com/.default
string | http://127.0.0.1:8080;s;g;w                                | hub_project     | http://127.0.0.1:8080{hub}                           | 2024-12-01-preview | https://ml.azure.com/.default
string | 127.0.0.1:8443;s;g;w                                       | hub_project     | https://127.0.0.1:8443{hub}                          | 2024-12-01-preview | https://ml.azure.com/.default
url    | http://127.0.0.1:8080                                      | local           | http://127.0.0.1:8080/api/projects/local             | v1                 | -
url    | http://LOCALHOST:8080/                                     | local           | http://localhost:8080/api/projects/local             | v1                 | -
url    | https://localhost:8443                                     | local           | https://localhost:8443/api/projects/local            | v1                 | -
url    | http://[::1]:8080                                          | local           | http://[::1]:8080/api/projects/local                 | v1                 | -
url    | http://127.0.0.1:8080/api/projects/p                       | foundry_project | http://127.0.0.1:8080/api/projects/p                 | v1                 | https://ai.azure.com/.default
url    | http://127.0.0.1:8080/openai                               | azure_openai    | http://127.0.0.1:8080/openai                         | 2024-05-01-preview | https://cognitiveservices.azure.com/.default
url    | http://127.0.0.1:8080{hub}                                 | hub_project     | http://127.0.0.1:8080{hub}                           | 2024-12-01-preview | https://ml.azure.com/.default
"""

WRONG = """
url    |                                                            | endpoint is empty; expected one of these: … a hub project: … a Foundry project: … an Azure OpenAI resource: … from_env() takes it from the environment
url    | ␣␣                                                         | endpoint is empty; expected one of these: … from_env() takes it from the environment
url    | https://res.services.ai.azure.com                          | names a resource and none of its projects: add /api/projects/<project>; … overview page
url    | https://res.services.ai.azure.com/api                      | names a resource and none of its projects: add /api/projects/<project>
url    | https://res.services.ai.azure.com/api/projects/            | names a resource and none of its projects: add /api/projects/<project>
url    | https://res.services.ai.azure.us/                          | names a resource and none of its projects: add /api/projects/<project>
url    | https://res.services.ai.azure.com/api/projects/p/agents    | goes on behind the project: end it after the project's name
url    | https://res.services.ai.azure.com/api/projects/p/openai/v1 | goes on behind the project: end it after the project's name
url    | https://res.services.ai.azure.com/openai/deployments/gpt   | has the path of the resource's models in place of a project's
url    | https://res.services.ai.azure.com/models                   | has the path of the resource's models in place of a project's
url    | https://res.services.ai.azure.com{hub}                     | has the path of a hub project
url    | https://res.services.ai.azure.com/projects/p               | does not have the form of the endpoint of a Foundry project; expected https://<resource>.services.ai.azure.com/api/projects/<project>
url    | https://res.services.ai.azure.com/api/projects/a%2Fb       | project_name in endpoint must be a name or an id alone, without '/' in it
url    | https://res.services.ai.azure.com/api/projects/..          | project_name in endpoint must be a name or an id alone, without '..' in it
url    | https://res.openai.azure.com/openai/deployments/gpt-4o     | is the address of one deployment: end it after the host, and give the deployment's name as model=
url    | https://res.openai.azure.com/openai/deployments/g/chat/completions | is the address of one deployment: end it after the host
url    | https://res.openai.azure.com/openai/v1/                    | has the path at which OpenAI's own client finds the resource: end it after the host
url    | https://res.openai.azure.com/api/projects/p                | has the path of a Foundry project, which stands on another host of the resource: https://<resource>.services.ai.azure.com
url    | https://res.cognitiveservices.azure.com/api/projects/p     | has the path of a Foundry project, which stands on another host of the resource
url    | https://res.cognitiveservices.azure.com/speechtotext       | has a path that is not the endpoint's: end it after the host; expected https://<resource>.openai.azure.com
url    | https://res.openai.azure.cn/assistants                     | has a path that is not the endpoint's: end it after the host
url    | https://eastus.api.azureml.ms                              | is the host of a hub project, which needs its other parts: use AIProjectClient.from_connection_string
url    | https://eastus.api.azureml.ms/subscriptions/s              | is the host of a hub project, which needs its other parts
url    | https://usgovvirginia.api.ml.azure.us/raisvc/v1.0          | is the host of a hub project, which needs its other parts
url    | https://ai.azure.com/build/overview                        | It is a page of the portal for people, not an endpoint. The known kinds: …
url    | https://portal.azure.us                                    | It is a page of the portal for people, not an endpoint.
url    | https://eastus.api.cognitive.microsoft.com                 | It is the host that a region's resources share; use the resource's own name.
url    | https://m.eastus.models.ai.azure.com                       | It is the endpoint of a model, which has no agents.
url    | https://models.inference.ai.azure.com                      | It is the endpoint of a model, which has no agents.
url    | https://management.azure.com                               | It is where subscriptions are managed
url    | https://api.openai.com/v1                                  | It is OpenAI's own service, which this client does not speak to. The known kinds: …
url    | https://example.com                                        | endpoint https://example.com is of no known kind of service. The known kinds: …
url    | https://services.ai.azure.com/api/projects/p               | is of no known kind of service
url    | https://res.services.ai.azure.com.example/api/projects/p   | is of no known kind of service
url    | https://res.services.ai.azure.de/api/projects/p            | is of no known kind of service
url    | https://res.service.ai.azure.com/api/projects/p            | is of no known kind of service. Did you mean https://res.services.ai.azure.com? The known kinds: …
url    | https://res.services.ai.azure.co/api/projects/p            | is of no known kind of service. Did you mean https://res.services.ai.azure.com? The known kinds: …
url    | https://res.openai.azure.co                                | is of no known kind of service. Did you mean https://res.openai.azure.com?
url    | https://res.cognitiveservice.azure.us                      | is of no known kind of service. Did you mean https://res.cognitiveservices.azure.us?
url    | https://eastus.api.azureml.mss                             | is of no known kind of service. Did you mean https://eastus.api.azureml.ms?
url    | https://ai.azure.com.example                               | is of no known kind of service. The known kinds: …
url    | https://localhos                                           | is of no known kind of service. The known kinds: …
url    | http://127.0.0.1:8080/v1                                   | is of no known kind of service. For a local service give http://127.0.0.1:8080 alone.
url    | http://res.openai.azure.com                                | http://res.openai.azure.com is not secure: keys and tokens go over https, … write it with https://
url    | http://0.0.0.0:8080                                        | is not secure: … 127.0.0.1 reaches a service that listens there
url    | ftp://res.openai.azure.com                                 | has the scheme 'ftp'; it must be https, or http for a loopback host
url    | res.openai.azure.com                                       | has no scheme; it must start with https://
url    | my-project                                                 | has no scheme; it must start with https://, … expected one of these: … a Foundry project: …
url    | localhost:8080                                             | has no scheme; it must start with https://, or with http:// for a loopback host
url    | eastus.api.azureml.ms,s,g,w                                | has commas between four parts, where a connection string has semicolons: use AIProjectClient.from_connection_string
url    | https://user:password@res.openai.azure.com                 | has a user name or password before the host; give it without, and the key as credential
url    | https://res.openai.azure.com?api-version=v1                | has a query or a fragment; … (the api-version is set by api_version=)
url    | https://res.openai.azure.com/#a                            | has a query or a fragment
url    | https://res.openai.azure.com/a␣b                           | has a blank or a backslash in it
url    | https://res.openai␣.azure.com                              | has a host that is malformed
url    | https://res.openai.azure.com:99999                         | has a host that is malformed, or a port that is no number from 0 to 65535
url    | https://rés.openai.azure.com                               | has a host with characters beyond ASCII
url    | https://reѕ.services.ai.azure.com/api/projects/p           | has a host with characters beyond ASCII
url    | https://<resource>.openai.azure.com                        | still has a placeholder in <> or {}
url    | "https://res.openai.azure.com"                             | has quotation marks around it, which are no part of it; remove them
url    | PROJECT_ENDPOINT=https://res.openai.azure.com              | starts with NAME=, like a line of a .env file
url    | eastus.api.azureml.ms;s;g;w                                | has a ';' in it, as connection strings have: use AIProjectClient.from_connection_string(conn_str, credential)
string |                                                            | the connection string is empty; expected <region>.api.azureml.ms;<subscription id>;
string | https://res.services.ai.azure.com/api/projects/p           | this is an endpoint, not a connection string: pass it as endpoint= to the client
string | res.services.ai.azure.com;s;g;w                            | is the host of a Foundry project, not of a hub project: pass https://<resource>.services.ai.azure.com/api/projects/<project>
string | res.openai.azure.us;s;g;w                                  | is the host of an Azure OpenAI resource, not of a hub project
string | eastus.api.azureml.ms,s,g,w                                | the connection string has commas in it; its parts are separated by semicolons; expected <region>.api.azureml.ms;
string | http://127.0.0.1:8080,␣s,␣g,␣w                             | the connection string has commas in it
string | eastus.api.azureml.ms;s;g,w                                | the connection string has commas in it
string | eastus.api.azureml.ms;s;g                                  | the connection string has 3 parts instead of 4
string | eastus.api.azureml.ms;s;g;w;                               | the connection string has 5 parts instead of 4
string | eastus.api.azureml.ms;;g;w                                 | part 2 of the connection string (subscription id) is empty
string | ;s;g;w                                                     | part 1 of the connection string (host) is empty
string | eastus.api.azureml.ms;s;g;a/b                              | part 4 of the connection string (project name) must be a name or an id alone, without '/' in it
string | http://eastus.api.azureml.ms;s;g;w                         | is not secure
string | localhost;s;g;w                                            | is a loopback host without a scheme; write it as http://localhost
string | InstrumentationKey=k;IngestionEndpoint=https://i.example   | the connection string of another service
string | Endpoint=https://x.example;Key=k;A=1;B=2                   | starts with NAME=
"""

SERVICES = """
string | eastus.api.azureml.ms;s;g;w                      | connections  | https://management.azure.com{ws}                | 2024-07-01-preview | https://management.azure.com/.default
string | usgovvirginia.api.ml.azure.us;s;g;w              | connections  | https://management.usgovcloudapi.net{ws}        | 2024-07-01-preview | https://management.usgovcloudapi.net/.default
string | chinaeast2.api.ml.azure.cn;s;g;w                 | connections  | https://management.chinacloudapi.cn{ws}         | 2024-07-01-preview | https://management.chinacloudapi.cn/.default
string | http://127.0.0.1:8080;s;g;w                      | connections  | http://127.0.0.1:8080{ws}                       | 2024-07-01-preview | https://ml.azure.com/.default
url    | https://res.services.ai.azure.com/api/projects/p | connections  | https://res.services.ai.azure.com/api/projects/p | v1                | https://ai.azure.com/.default
url    | https://res.services.ai.azure.us/api/projects/p  | connections  | https://res.services.ai.azure.us/api/projects/p | v1                 | https://ai.azure.us/.default
url    | https://res.services.ai.azure.cn/api/projects/p  | connections  | https://res.services.ai.azure.cn/api/projects/p | v1                 | https://ai.azure.cn/.default
url    | http://127.0.0.1:8080                            | connections  | http://127.0.0.1:8080{local}                    | 2024-07-01-preview | -
url    | https://res.openai.azure.com                     | connections  | ! an Azure OpenAI resource at res.openai.azure.com has no connections: use a client of a hub project … or of a Foundry project
string | eastus.api.azureml.ms;s;g;w                      | evaluations  | https://eastus.api.azureml.ms/raisvc/v1.0{ws}   | 2024-07-01-preview | https://ml.azure.com/.default
string | usgovvirginia.api.ml.azure.us;s;g;w              | evaluations  | https://usgovvirginia.api.ml.azure.us/raisvc/v1.0{ws} | 2024-07-01-preview | https://ml.azure.us/.default
string | chinaeast2.api.ml.azure.cn;s;g;w                 | evaluations  | https://chinaeast2.api.ml.azure.cn/raisvc/v1.0{ws} | 2024-07-01-preview | https://ml.azure.cn/.default
string | http://127.0.0.1:8080;s;g;w                      | evaluations  | http://127.0.0.1:8080/raisvc/v1.0{ws}           | 2024-07-01-preview | https://ml.azure.com/.default
url    | http://127.0.0.1:8080                            | evaluations  | http://127.0.0.1:8080/raisvc/v1.0{local}        | 2024-07-01-preview | -
url    | https://res.services.ai.azure.com/api/projects/p | evaluations  | ! a Foundry project at res.services.ai.azure.com has no evaluations: use a client of a hub project (AIProjectClient.from_connection_string), or of a local service
url    | https://res.openai.azure.us                      | evaluations  | ! an Azure OpenAI resource at res.openai.azure.us has no evaluations
string | eastus.api.azureml.ms;s;g;w                      | app insights | https://management.azure.com                    | 2020-02-02         | https://management.azure.com/.default
string | usgovvirginia.api.ml.azure.us;s;g;w              | app insights | https://management.usgovcloudapi.net            | 2020-02-02         | https://management.usgovcloudapi.net/.default
string | chinaeast2.api.ml.azure.cn;s;g;w                 | app insights | https://management.chinacloudapi.cn             | 2020-02-02         | https://management.chinacloudapi.cn/.default
url    | http://127.0.0.1:8080                            | app insights | http://127.0.0.1:8080                           | 2020-02-02         | -
url    | https://res.services.ai.azure.com/api/projects/p | app insights | https://res.services.ai.azure.com/api/projects/p | v1 | https://ai.azure.com/.default
url    | https://res.openai.azure.cn                      | app insights | ! has no Application Insights resource: use a client of a hub project … or of a Foundry project
"""

WORKSPACE = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.MachineLearningServices/workspaces/{}"
STANDING_FOR = {
    "{hub}": "/agents/v1.0" + WORKSPACE.format("s", "g", "w"),
    "{ws}": WORKSPACE.format("s", "g", "w"),
    "{local}": WORKSPACE.format("local", "local", "local"),
}
SERVICE_OF = {
    "connections": ProjectService.CONNECTIONS,
    "evaluations": ProjectService.EVALUATIONS,
    "app insights": ProjectService.APP_INSIGHTS,
}


def rows(table: str) -> Iterator[tuple[str, ...]]:
    """The rows of a table, each as its cells."""
    for line in table.strip().splitlines():
        for mark, text in STANDING_FOR.items():
            line = line.replace(mark, text)
        yield tuple(cell.strip().replace("␣", " ") for cell in line.split("|"))


def read(how: str, text: str) -> Endpoint:
    """The endpoint that a client would have."""
    if how == "url":
        return from_url(text)
    parts = parse_connection_string(text)
    return hub_project(parts.endpoint, parts.subscription_id, parts.resource_group_name, parts.project_name)


def said(words: str) -> re.Pattern[str]:
    """The error text in which these words come in this order."""
    return re.compile(".*".join(re.escape(part.strip()) for part in words.split("…")))


@pytest.mark.parametrize("row", list(rows(RIGHT)), ids=" ".join)
def test_a_right_one_is_understood(row: tuple[str, ...]) -> None:
    how, text, kind, base_url, api_version, scope = row
    endpoint = read(how, text)
    assert (endpoint.kind.value, endpoint.base_url, endpoint.api_version, endpoint.scope or "-") == (
        kind,
        base_url,
        api_version,
        scope,
    )


@pytest.mark.parametrize("row", list(rows(WRONG)), ids=" ".join)
def test_a_wrong_one_is_refused_with_what_to_do(row: tuple[str, ...]) -> None:
    how, text, words = row
    with pytest.raises(ValueError, match=said(words)) as raised:
        read(how, text)
    assert "\n" not in str(raised.value)
    assert "password" not in str(raised.value).replace("user name or password", "")
    assert "=k" not in str(raised.value)


@pytest.mark.parametrize("row", list(rows(SERVICES)), ids=" ".join)
def test_a_projects_other_services_stand_where_they_do(row: tuple[str, ...]) -> None:
    how, text, service, *expected = row
    agents = read(how, text)
    if expected[0].startswith("!"):
        with pytest.raises(ValueError, match=said(expected[0][1:])):
            service_endpoint(agents, SERVICE_OF[service])
        return
    endpoint = service_endpoint(agents, SERVICE_OF[service])
    assert [endpoint.base_url, endpoint.api_version, endpoint.scope or "-"] == expected
    assert endpoint.kind is agents.kind


def test_the_tables_are_as_large_as_they_have_to_be() -> None:
    assert len(list(rows(RIGHT))) + len(list(rows(WRONG))) >= 60
    for cloud in (".azure.com", ".azure.us", ".azure.cn"):
        assert cloud in RIGHT
        assert cloud in WRONG
