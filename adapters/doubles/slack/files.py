"""Uploading files, in Slack's three steps, and reading them back."""

from __future__ import annotations

import mimetypes
import secrets

from aiohttp import web
from aiohttp.multipart import BodyPartReader

from adapters.doubles.slack.chat import publish, thread_of
from adapters.doubles.slack.methods import Call, Platform
from adapters.doubles.slack.state import Message
from adapters.doubles.slack.stored_file import SlackFile
from adapters.doubles.slack.wire import Json, SlackError, as_list, invalid_arguments

FILE_LIMIT, SNIPPET_LIMIT, ALT_LIMIT = 2**30, 2**20, 1_000


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
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    if int(length) > FILE_LIMIT:
        raise SlackError("file_upload_size_restricted")
    if len(str(call.args.get("alt_txt") or "")) > ALT_LIMIT:
        raise SlackError("alt_txt_too_large")
    if call.args.get("snippet_type") and int(length) > SNIPPET_LIMIT:
        raise SlackError("snippet_too_large")
    file = make_file(call.platform, name, uploaded=False)
    file.length, file.user = int(length), call.workspace.bot_user
    file.alt_txt = str(call.args.get("alt_txt") or "")
    return {
        "file_id": file.id,
        "upload_url": f"{call.platform.base_url}/upload/v1/{call.workspace.team}/{file.id}",
    }


def complete_upload(call: Call) -> Json:
    """``files.completeUploadExternal``: share what was uploaded, in one channel or several."""
    wanted = as_list(call.args.get("files"))
    if not wanted:
        raise invalid_arguments("no fewer than 1 items allowed [json-pointer:/files]")
    files = [call.workspace.files.get(str(item.get("id"))) for item in wanted]
    found = [file for file in files if file is not None and file.uploaded and not file.deleted]
    if len(found) != len(wanted):
        raise SlackError("file_not_found")
    for file, item in zip(found, wanted, strict=True):
        file.title = str(item.get("title") or file.name)
    several = str(call.args.get("channels") or "").split(",")
    for channel in filter(None, [str(call.args.get("channel_id") or ""), *several]):
        _share(call, channel, found)
    return {"files": [file.wire() for file in found]}


def info(call: Call) -> Json:
    """``files.info``: a file, with where it stands. Others than those that the app sees are not there."""
    file = _visible(call)
    return {"file": file.wire(known=True) | {"shares": _shares(call, file)}, "comments": []}


def delete(call: Call) -> Json:
    """``files.delete``: the app's own."""
    file = _visible(call)
    if file.user != call.workspace.bot_user:
        raise SlackError("cant_delete_file")
    remove(call.platform, file)
    return {}


def remove(platform: Platform, file: SlackFile) -> None:
    """Delete a file; the messages that had it keep an empty place."""
    file.deleted, file.content = True, b""
    platform.emit({"type": "file_deleted", "file_id": file.id, "event_ts": platform.workspace.new_ts()})


def _visible(call: Call) -> SlackFile:
    file = call.workspace.files.get(call.require("file"))
    if file is None or not (file.user == call.workspace.bot_user or _shares(call, file)):
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    return file


def _shares(call: Call, file: SlackFile) -> Json:
    """Where it stands, among the channels that the app is in."""
    found: Json = {}
    for channel in call.workspace.channels.values():
        stands = [{"ts": message.ts} for message in channel.by_ts.values() if file in message.files]
        if stands and call.workspace.bot_user in channel.members:
            kind = "public" if channel.kind == "channel" else "private"
            found.setdefault(kind, {})[channel.id] = stands
    return found


def _share(call: Call, channel_id: str, files: list[SlackFile]) -> None:
    place = Call(call.platform, call.args | {"channel": channel_id})
    channel = place.own_channel()
    workspace = call.workspace
    comment, thread = str(call.args.get("initial_comment") or ""), thread_of(place, channel)
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
    if file is None or not file.uploaded or file.deleted:
        return web.Response(status=404)
    return web.Response(body=file.content, content_type=file.mimetype)
