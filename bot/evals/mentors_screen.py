"""How ``robbie eval mentors`` looks in 80 columns."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.evals.mentors import Exam, Score

_PARTS = {
    "tuned": "Tuned on",
    "held_out": "Held out",
    "fresh": "Of these, fresh",
}


def show(result: Exam, console: Console) -> None:
    """Both choosers on each part, and the confusion of the held-out one."""
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("")
    for name in ("messages", "accuracy", "accepted", "macro F1", "wrong voice"):
        table.add_column(name, justify="right")
    for part, scores in result.items():
        table.add_row(Text(_PARTS[part], style="bold"))
        for name, score in scores.items():
            shares = (score.accuracy, score.accepted, score.macro_f1, score.wrong_voice)
            table.add_row(f"  {name}", str(score.messages), *(f"{share:.3f}" for share in shares))
    console.print(table)
    robbie = result["held_out"]["robbie"]
    console.print("\nHeld out: who should answer, and who was chosen\n", style="bold")
    console.print(_confusion(robbie.confusion))
    console.print(_legend(robbie), style="dim")


def _confusion(counts: Mapping[str, Mapping[str, int]]) -> Table:
    ids = sorted({*counts, *(choice for row in counts.values() for choice in row)})
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("")
    for id in ids:
        table.add_column(id.split("_")[-1], justify="right")
    for label in ids:
        row = counts.get(label, {})
        table.add_row(label, *(_cell(row.get(choice, 0), right=choice == label) for choice in ids))
    return table


def _cell(count: int, *, right: bool) -> Text:
    return Text(str(count) if count else "·", style="" if not count else "green" if right else "red")


def _legend(score: Score) -> str:
    return (
        "\nfresh: written after the last tuning. accepted: the label, or a second who would be good, too."
        "\nwrong voice: a mentor spoke who should not have."
        f"\nA choice takes {score.microseconds / 1000:.2f} ms (median)."
    )
