"""Files that people attach in Slack: private, so the token goes along, and to Slack's own file host only."""

from __future__ import annotations

from yarl import URL

from adapters.download import Downloads
from adapters.slack.api import SlackApi, SlackRefused
from adapters.slack.apis import SlackApis
from adapters.slack.payload import SlackFile
from core.conversation.models import FileRef, Problem
from core.conversation.payload import MalformedEvent, parse
from core.conversation.ports import SendError, Unreadable

_OWN_HOSTS = ("slack.com", "slack-gov.com")
_PAGE = "text/html"


class SlackFiles:
    """Fetches files with the token of their workspace, which needs the scope ``files:read``."""

    def __init__(self, apis: SlackApis) -> None:
        self._apis = apis
        url = URL(apis.app.web.base_url)
        own = url.host in _OWN_HOSTS
        self._downloads = Downloads([f"https://files.{url.host}" if own else str(url.origin())], public=own)

    async def fetch(self, tenant: str, file: FileRef, limit: int) -> bytes:
        """The bytes. Raises Unreadable."""
        try:
            api = await self._apis.of(tenant)
            address = file.url or await _address(api, file)
        except SlackRefused as error:
            forbidden = error.code == "missing_scope"
            raise Unreadable(Problem.FORBIDDEN if forbidden else Problem.GONE) from None
        except SendError:
            raise Unreadable(Problem.UNREACHABLE) from None
        found = await self._downloads.get(address, limit, {"Authorization": f"Bearer {api.web.token}"})
        # Who may not read it is given a page to sign in at, with 200.
        if found.media_type == _PAGE and not (file.media_type == _PAGE and len(found.data) == file.size):
            raise Unreadable(Problem.FORBIDDEN)
        return found.data

    async def close(self) -> None:
        """Close the connections."""
        await self._downloads.close()


async def _address(api: SlackApi, file: FileRef) -> str:
    """A file of another workspace comes with its id alone."""
    try:
        known = parse(SlackFile, (await api.call(api.web.files_info(file=file.id))).get("file"))
    except MalformedEvent:
        raise Unreadable(Problem.GONE) from None
    return known.url_private_download or known.url_private or ""
