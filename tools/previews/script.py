"""What the models of the pictures say. Everything around it is Robbie's own."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.doubles.providers.script import last_user_text
from mentors.loading import load

CHECKS = """\
Three things break imports in practice. Check them in this order:

| Check | Why | Minutes |
|---|---|---:|
| Dry run on last week's file | finds bad rows before customers do | 10 |
| Restore the newest backup | an untested backup is a hope | 25 |
| Read the queue's depth | a full queue hides errors | 2 |

The dry run writes nothing:

```sh
importer run --dry-run --file latest.csv
```

If it reports more than 20 bad rows, wait until Monday."""

COURAGE = """\
Then name one person tonight who may stop it, and write down what makes them stop. A team that has agreed on \
its retreat advances with a lighter heart.

Ship on Friday morning, never in the evening. You will want the daylight."""

VIEWS = {
    "steve_jobs": "Don't add a plan, remove one. Two prices a customer can repeat from memory beat three nobody can.",
    "albert_einstein": "What do we know of why people leave? If price is not the reason, a price cannot answer it. "
    "Ask ten of them first.",
    "winston_churchill": "Raise it once, openly, with a date, and keep every promise to those who are with us already.",
    "julia_child": "Taste before you serve: offer it to twenty new customers and see who comes back for more.",
    "elvis_presley": "Tell them what they get before you tell them what it costs, and mean every word.",
    "john_lennon": "Say it to people as you would like to hear it: early, plainly, and with the reason.",
}
SUMMARY = (
    "All three would move slowly and in the open. They differ on what comes first: a simpler offer, or ten honest "
    "conversations. The conversations are cheaper, so start there, this week."
)
LATER = """\
The old prices hold for ten more weeks, so three things move along:

1. **The printed list** goes to the printer on 1 March, not in January.
2. **Offers that are out** name January: say in each that the old price holds until 14 March.
3. **The trial** of those who began in December ends before the launch. Give them until the 21st."""
BACKUPS = """\
The least that really protects you is **a copy that is not on that server, and a restore that you have tried**:

1. **Dump every night**, straight into the bucket.
2. **Keep seven days**, so that what went wrong on Tuesday can still be mended on Friday.
3. **Restore one every week** into an empty database. A backup that nobody has restored is a hope.

```bash
pg_dump --format=custom app \\
  | aws s3 cp - "s3://backups/app-$(date +%F).dump"
```"""
RESTORED = """\
You have just cooked it, so look how it came out:

- **42,118 orders** in the copy, and 42,118 in the pot it came from
- the newest is from **01:58**, two minutes before the dump
- on the table in **six minutes**

The trick to not being afraid is to do it again. Next Monday let somebody else stand at the stove, with nothing but \
your notes. Where they must ask you, write it down. After that it is only dinner."""
_SAID = {
    "price list": LATER,
    "check before": CHECKS,
    "nervous": COURAGE,
    "dead disk": BACKUPS,
    "afraid on the real day": RESTORED,
}


def answer(body: Mapping[str, object]) -> str:
    """The answer to a prompt: by whose voice it asks for, or by the question."""
    prompt = str(body["messages"])
    if "Sum up in a few sentences" in prompt:
        return SUMMARY
    asked = last_user_text(dict(body))
    if said := next((text for word, text in _SAID.items() if word in asked), ""):
        return said
    speaking = next((mentor.id for mentor in load().mentors.values() if mentor.voice[0] in prompt), "")
    return VIEWS.get(speaking, "Gladly.")
