"""Uploading files, in Slack's three steps, and reading them back."""

from __future__ import annotations

import mimetypes
import secrets

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from adapters.doubles.slack.chat import publish, thread_of
from adapters.doubles.slack.methods import Call, Platform
from adapters.doubles.slack.state import Message, SlackFile
from adapters.doubles.slack.wire import Json, SlackError, as_list


def make_file(
    platform: Platform, name: str, content: bytes = b"", mimetype: str = "", uploaded: bool = True
) -> SlackFile:
    """A file of the workspace, with its private address."""
    kind = mimetype or mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = SlackFile(f"F{secrets.token_hex(5).upper()}", name, kind, content, uploaded, length=len(content))
    file.url = f"{platform.base_url}/files-pri/{platform.workspace.team}-{file.id}/{name}"
    platform.workspace.files[file.id] = file
    return file


def upload_url(call: Call) -> Json:
    """``files.getUploadURLExternal``: a place to send the bytes to."""
    name, length = call.require("filename"), call.require("length")
    if not length.isdigit() or length == "0":
        raise SlackError("invalid_arguments")
    file = make_file(call.platform, name, uploaded=False)
    file.length = int(length)
    return {"file_id": file.id, "upload_url": f"{call.platform.base_url}/upload/v1/{call.workspace.team}/{file.id}"}


def complete_upload(call: Call) -> Json:
    """``files.completeUploadExternal``: share what was uploaded."""
    wanted = as_list(call.args.get("files"))
    if not wanted:
        raise SlackError("invalid_arguments")
    files = [call.workspace.files.get(str(item.get("id"))) for item in wanted]
    found = [file for file in files if file is not None and file.uploaded]
    if len(found) != len(wanted):
        raise SlackError("file_not_found")
    for file, item in zip(found, wanted, strict=True):
        file.title = str(item.get("title") or file.name)
    if call.args.get("channel_id"):
        _share(call, found)
    return {"files": [file.wire() for file in found]}


def _share(call: Call, files: list[SlackFile]) -> None:
    channel = call.own_channel("channel_id")
    workspace = call.workspace
    comment, thread = str(call.args.get("initial_comment") or ""), thread_of(call, channel)
    message = Message(
        channel.id, workspace.new_ts(), workspace.bot_user, comment, thread, "file_share", workspace.bot_id
    )
    message.files = files
    publish(call.platform, channel, message)


async def receive(platform: Platform, request: web.Request) -> web.StreamResponse:
    """Take the bytes of a file, raw or as a form."""
    file = platform.workspace.files.get(request.match_info["file"])
    if file is None or file.uploaded:
        return web.Response(status=404, text="no such upload")
    content = await _body(request)
    if len(content) != file.length:
        return web.Response(status=400, text=f"expected {file.length} bytes, got {len(content)}")
    file.content, file.uploaded = content, True
    return web.Response(text=f"OK - {len(content)}")


async def _body(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    part = await (await request.multipart()).next()
    return bytes(await part.read()) if isinstance(part, BodyPartReader) else b""


def send(platform: Platform, request: web.Request, authorized: bool) -> web.StreamResponse:
    """A file's bytes for those who may; others are sent to a sign-in page, which answers 200 as on Slack."""
    file = platform.workspace.files.get(request.match_info["file"])
    if not authorized or "files:read" not in platform.workspace.scopes:
        raise web.HTTPFound("/signin")
    if file is None or not file.uploaded:
        return web.Response(status=404)
    return web.Response(body=file.content, content_type=file.mimetype)
