"""A file of a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.doubles.slack.wire import Json


@dataclass
class SlackFile:
    """A file that was uploaded, or that a person attached.

    Attributes:
        length: how many bytes were announced.
        elsewhere: whether it is another workspace's, in a shared channel.
    """

    id: str
    name: str
    mimetype: str
    content: bytes = b""
    uploaded: bool = True
    title: str = ""
    url: str = ""
    length: int = 0
    user: str = ""
    alt_txt: str = ""
    deleted: bool = False
    elsewhere: bool = False

    def wire(self, known: bool = False) -> Json:
        """The file object as messages carry it; of another workspace's file only the id, until it is asked for."""
        if self.deleted:
            return {"id": self.id, "mode": "tombstone"}
        if self.elsewhere and not known:
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info"}
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype,
            "filetype": self.name.rpartition(".")[2],
            "user": self.user,
            "size": len(self.content),
            "mode": "hosted",
            "file_access": "visible",
            "alt_txt": self.alt_txt,
            "url_private": self.url,
            "url_private_download": f"{self.url}?download=1",
        }
