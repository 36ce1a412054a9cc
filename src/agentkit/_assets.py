"""Files as assets of a project, which evaluations name their data by."""

from __future__ import annotations

import os
import uuid
from importlib import import_module
from typing import Any

from ._core.endpoint import Endpoint, EndpointKind

__all__ = ["upload_asset"]

_INSTEAD = "client.agents.upload_file(file_path=..., purpose=...) gives a file to agents, by which it needs no other package"


def upload_asset(
    endpoint: Endpoint, credential: Any, file_path: str | os.PathLike[str], *, verify: bool | str
) -> tuple[str, str]:
    """Upload a file to a project.

    A hub project takes it by azure-ai-ml. A local service takes it among its files.

    :param endpoint: the project, or the local service.
    :param credential: what proves who the caller is.
    :param file_path: the file.
    :param verify: which certificates a local service with TLS may have.
    :return: the id of the asset, by which evaluations name it, and its address.
    :raises ValueError: the endpoint is neither a hub project nor a local service.
    :raises ImportError: azure-ai-ml is not installed, and the endpoint is a hub project.
    :raises OSError: the file cannot be read.
    """
    if endpoint.loopback:
        return _to_local_service(endpoint, credential, file_path, verify)
    if endpoint.kind is not EndpointKind.HUB_PROJECT:
        raise ValueError(
            f"upload_file() puts a file into the storage of a hub project, and this is {endpoint.where()}; {_INSTEAD}"
        )
    try:
        ml, constants, entities = map(import_module, ("azure.ai.ml", "azure.ai.ml.constants", "azure.ai.ml.entities"))
    except ImportError as error:
        raise ImportError(
            "upload_file() needs the package azure-ai-ml, which is not installed here. Install it by its own name: "
            f"pip install azure-ai-ml. Or do without: {_INSTEAD}",
            name=error.name,
        ) from error
    client = ml.MLClient(credential, endpoint.subscription_id, endpoint.resource_group_name, endpoint.project_name)
    made = client.data.create_or_update(
        entities.Data(
            path=os.fspath(file_path),
            type=constants.AssetTypes.URI_FILE,
            name=str(uuid.uuid4()),
            is_anonymous=True,
            version="1",
        )
    )
    return made.id, made.path


def _to_local_service(
    endpoint: Endpoint, credential: Any, file_path: str | os.PathLike[str], verify: bool | str
) -> tuple[str, str]:
    from ._sync._client import AIProjectClient

    with AIProjectClient._made(endpoint, credential, {"connection_verify": verify}) as client:
        made = client.agents.upload_file(file_path=os.fspath(file_path), purpose="assistants")
    return made.id, f"{endpoint.base_url}/files/{made.id}/content"
