"""What is to be done."""

from __future__ import annotations

from core.registry import Command, Option

WORK = (
    Command(
        name="task",
        summary="Keep a task, with a time if you say one",
        options=(
            Option("text", "what is to be done, such as: send Ben the draft by Friday", required=True, long=True),
        ),
        example="task send Ben the draft by Friday",
        private=True,
        changes=True,
        asks=True,
    ),
    Command(
        name="tasks",
        summary="Show what you have to do",
        example="tasks",
        private=True,
        phrases=(r"(?:what are |show(?: me)? |list )?my tasks\??|(?:zeig(?: mir)? )?meine aufgaben\??",),
    ),
    Command(
        name="done",
        summary="Say that a task is done",
        options=(Option("id", "its number", required=True),),
        example="done 7",
        private=True,
    ),
    Command(
        name="undo-task",
        summary="Say that a task is not done after all",
        options=(Option("id", "its number", required=True),),
        private=True,
        hidden=True,
    ),
    Command(
        name="task-of-note",
        summary="Make a task of a note",
        options=(Option("id", "the note", required=True),),
        private=True,
        hidden=True,
    ),
)
