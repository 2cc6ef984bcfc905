"""Files that people attach in the web chat: checked against the limits that the page tells, and kept for the turn."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile

from core.conversation.attachments import FileLimits, in_mb, safe_name
from core.conversation.models import FileRef, Place
from core.conversation.ports import Uploads
from core.rendering.clean import clean


class NotTaken(Exception):
    """The files are not taken; the message says why, to the person.

    Attributes:
        status: of HTTP.
    """

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.status = status


class Attaching:
    """Takes files of a message.

    Args:
        uploads: where they are kept.
        limits: how much is read, so that no more is taken.
    """

    def __init__(self, uploads: Uploads, limits: FileLimits) -> None:
        self._uploads = uploads
        self.limits = limits

    @property
    def told(self) -> str:
        """The limits, for the page."""
        many = f"Up to {self.limits.max_files} files of {in_mb(self.limits.max_bytes)}"
        return f"{many}: text, PDF, and pictures up to {in_mb(self.limits.image_max_bytes)}."

    async def take(self, form: FormData, place: Place, account: str, key: str) -> tuple[FileRef, ...]:
        """Keep a form's files under the message's key, so that a second submit brings the same. Raises NotTaken."""
        files = [file for file in form.getlist("files") if isinstance(file, UploadFile) and file.filename]
        if len(files) > self.limits.max_files:
            raise NotTaken(f"At most {self.limits.max_files} files at a time, please.", 422)
        for file in files:
            if (file.size or 0) > self.limits.max_bytes:
                most = in_mb(self.limits.max_bytes)
                raise NotTaken(f"{safe_name(file.filename or '')} is too large: Robbie reads up to {most}.", 413)
        return tuple([await self._kept(file, place, account, f"{key}-{at}") for at, file in enumerate(files)])

    async def _kept(self, file: UploadFile, place: Place, account: str, id_: str) -> FileRef:
        content = await file.read()
        if not await self._uploads.put(place, account, id_, content):
            raise NotTaken("There is no room for more files right now. Whoever runs Robbie can make some.", 507)
        media_type = file.content_type or "application/octet-stream"
        return FileRef(id=id_, name=clean(file.filename or id_), media_type=clean(media_type), size=len(content))
