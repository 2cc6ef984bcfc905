"""What is to be done, and what for."""

from __future__ import annotations

from core.registry import Choice, Command, Kind, Option

_WHICH = (
    Choice("open", "what can be done now"),
    Choice("today", "due today, or late"),
    Choice("waiting", "what waits, and who does"),
    Choice("snoozed", "put off"),
    Choice("done", "done"),
)
_WHAT = tuple(
    Choice(what, what.capitalize())
    for what in (
        "text", "due", "importance", "effort", "energy", "waiting", "promised", "blocked", "after", "goal", "deal",
        "contact",
    )
)  # fmt: skip
_OF_ONE = r"#?\d{1,9}"
_NUMBER = Option("id", "its number", required=True)

WORK = (
    Command(
        name="task",
        summary="Keep a task, with a time if you say one",
        options=(
            Option("text", "what is to be done, such as: send Ben the draft by Friday", required=True, long=True),
        ),
        example="task send Ben the draft !! ~30m by Friday",
        private=True,
        changes=True,
        asks=True,
        phrases=(
            r"(?:please )?(?:add|make|create|new) (?:a )?(?:task|to-?do)[:,]? (?:to )?(?P<text>.+)",
            r"to-?do: ?(?P<text>.+)",
            r"(?:bitte )?(?:neue )?aufgabe: ?(?P<text>.+)",
        ),
        bare=r"\S+ .+",
        shortcut="Make a task of this",
    ),
    Command(
        name="tasks",
        summary="Show what you have to do",
        options=(Option("which", "which of them", Kind.CHOICE, choices=_WHICH),),
        example="tasks today",
        private=True,
        phrases=(r"(?:what are |show(?: me)? |list )?my tasks\??|(?:zeig(?: mir)? )?meine aufgaben\??",),
        bare="|" + "|".join(choice.value for choice in _WHICH),
    ),
    Command(
        name="done",
        summary="Say that a task is done",
        options=(_NUMBER,),
        example="done 7",
        private=True,
        bare=_OF_ONE,
    ),
    Command(
        name="snooze",
        summary="Put a task off until a time",
        options=(_NUMBER, Option("when", "a time, such as tomorrow, Monday at 9 or in 3 days", long=True)),
        example="snooze 7 until Monday",
        private=True,
        bare=rf"{_OF_ONE}(?: .+)?",
    ),
    Command(
        name="drop",
        summary="Say that a task is not to be done after all",
        options=(_NUMBER,),
        example="drop 7",
        private=True,
        bare=_OF_ONE,
    ),
    Command(
        name="change",
        summary="Change a task: its time, weight, who waits, what comes first",
        options=(
            _NUMBER,
            Option("what", "what to change", Kind.CHOICE, required=True, choices=_WHAT),
            Option("value", "the new value, or nothing", required=True, long=True),
        ),
        example="change 7 due Friday 15:00",
        private=True,
        asks=True,
        title="Change a task",
        bare=rf"{_OF_ONE} (?:{'|'.join(choice.value for choice in _WHAT)}) .+",
    ),
    Command(
        name="goal",
        summary="Keep a goal that tasks can serve, with a day if you say one",
        options=(
            Option("text", "what you want to reach, such as: ten customers by March 31", required=True, long=True),
        ),
        example="goal ten customers by March 31",
        private=True,
        changes=True,
        asks=True,
        bare=r"\S+ .+",
    ),
    Command(
        name="goals",
        summary="Show what you want to reach",
        example="goals",
        private=True,
        bare="",
        phrases=(r"(?:what are |show(?: me)? |list )?my goals\??|(?:zeig(?: mir)? )?meine ziele\??",),
    ),
    Command(
        name="progress",
        summary="Say how far you are with a goal",
        options=(
            Option("id", "the goal's number", required=True),
            Option("percent", "from 0 to 100", Kind.INTEGER, required=True, least=0, most=100),
        ),
        example="progress 2 40",
        private=True,
        bare=rf"{_OF_ONE} \d{{1,3}}",
    ),
    Command(
        name="drop-goal",
        summary="Say that a goal is none any more",
        options=(_NUMBER,),
        private=True,
        hidden=True,
    ),
    Command(
        name="undo-task",
        summary="Say that a task is not done after all",
        options=(_NUMBER,),
        private=True,
        hidden=True,
    ),
    Command(
        name="undrop-task",
        summary="Say that a task is to be done after all",
        options=(_NUMBER,),
        private=True,
        hidden=True,
    ),
    Command(
        name="undrop-goal",
        summary="Say that a goal is one after all",
        options=(_NUMBER,),
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
