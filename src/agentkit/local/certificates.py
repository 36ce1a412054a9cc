"""A certificate for one run of the service, by an authority that is thrown away with it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from agentkit.local.temporary import TemporaryFolder

__all__ = ["PREFIX", "Certificate", "issue", "require_trustme"]

PREFIX = "agentkit-tls-"
"""What the names of the folders of certificates begin with."""

_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate.

    :param authority: The certificate of the authority, for clients to trust.
    :param chain: The server's own certificate.
    :param key: The server's key.
    """

    authority: Path
    chain: Path
    key: Path


def require_trustme() -> None:
    """Make sure that certificates can be made here.

    :raises ImportError: The package for it is not installed.
    """
    try:
        import trustme  # noqa: F401
    except ImportError as error:
        raise ImportError(
            "TLS needs the package 'trustme', which is not installed here. Install the service's extra from the checkout: "
            "pip install '.[local]'",
            name="trustme",
        ) from error


def issue(host: str, resources: ExitStack) -> Certificate:
    """Make an authority, and a certificate by it for this machine's names; the key of the authority is kept nowhere.

    :param host: The name or address that the service listens on; the certificate is for it as well.
    :param resources: Removes the files when it is closed.
    :raises ImportError: The package for it is not installed.
    """
    require_trustme()
    import trustme

    authority = trustme.CA(organization_name="agentkit local service", organization_unit_name="throw-away authority")
    issued = authority.issue_cert(*dict.fromkeys((*_NAMES, host)), common_name="agentkit local service")
    # Only this user can read the folder, and the next start removes it where a killed process left it.
    temporary = TemporaryFolder(PREFIX)
    resources.callback(temporary.remove)
    folder = temporary.path
    made = Certificate(folder / "ca.pem", folder / "service.pem", folder / "service.key")
    authority.cert_pem.write_to_path(made.authority)
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(made.chain, append=number > 0)
    issued.private_key_pem.write_to_path(made.key)
    return made
