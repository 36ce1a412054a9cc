"""Files and their content."""

from __future__ import annotations

from agentkit.local.blobs import bare_name, keep_file
from agentkit.local.dialects import Dialect
from agentkit.local.errors import bad_request
from agentkit.local.operations import Call, FileContent, operation
from agentkit.local.paging import Paging
from agentkit.local.store import Document, Transaction, public
from agentkit.local.stores import detach
from agentkit.local.tables import FILES, VECTOR_STORE_FILES

_PURPOSES = (
    *(
        "assistants",
        "assistants_output",
        "batch",
        "batch_output",
        "evals",
        "fine-tune",
        "fine-tune-results",
        "user_data",
        "vision",
    ),
)
_MOST_ON_PAGE = 10_000
_PAGED = frozenset({"after", "limit", "order"})
_UNNAMED = "file"


@operation("upload_file")
def upload_file(tx: Transaction, call: Call) -> Document:
    form = call.form
    if form is None or form.part is None or form.part.stat().st_size == 0:
        raise bad_request(
            "file: no content was received. Send a multipart/form-data request with a file part; an empty file cannot be uploaded.",
            "file",
        )
    purpose = form.fields.get("purpose", "")
    if purpose not in _PURPOSES:
        sent = f"'{purpose}'" if purpose else "nothing"
        raise bad_request(f"purpose: {sent} was sent, allowed are {', '.join(map(repr, _PURPOSES))}.", "purpose")
    name = bare_name(form.fields.get("filename", "")) or bare_name(form.filename or "") or _UNNAMED
    return keep_file(tx, call.context.blobs, form.part, name, purpose, call.context.now())


@operation("get_file")
def get_file(tx: Transaction, call: Call) -> Document:
    return tx.require(FILES, call.path["fileId"])


@operation("get_file_content")
def get_file_content(tx: Transaction, call: Call) -> FileContent:
    file = tx.require(FILES, call.path["fileId"])
    if file["purpose"] == "assistants" and not call.context.allow_download:
        raise bad_request(
            f"File '{file['id']}' was uploaded with the purpose 'assistants', and the content of such files cannot be downloaded: "
            "keep your own copy. Files that agents made, of purpose 'assistants_output', can be. "
            "A local service that is started with allow_download=True, or --allow-download, gives out all files.",
            "file_id",
        )
    return FileContent(call.context.blobs.path(file["id"]), file["filename"])


@operation("list_files")
def list_files(tx: Transaction, call: Call) -> Document:
    purpose = call.query.get("purpose")
    if call.dialect is Dialect.OPENAI or _PAGED & set(call.query):
        paging = Paging.of(call.query, _MOST_ON_PAGE, _MOST_ON_PAGE)
        return tx.page(FILES, paging, {"purpose": purpose} if purpose else None)
    files = tx.select(FILES, "purpose = ?", purpose) if purpose else tx.select(FILES)
    return {"object": "list", "data": [public(file) for file in reversed(files)]}


@operation("delete_file")
def delete_file(tx: Transaction, call: Call) -> Document:
    file_id = call.path["fileId"]
    tx.delete(FILES, file_id)
    for entry in tx.select(VECTOR_STORE_FILES, "id = ?", file_id):
        detach(tx, call.context, entry["vector_store_id"], file_id)
    tx.afterwards(lambda: call.context.blobs.delete(file_id))
    return {"id": file_id, "object": "file", "deleted": True}
