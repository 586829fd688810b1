"""`python -m bench.flames`: draws where the time goes, from files to an index and from questions to answers.

py-spy looks at the program 200 times a second and needs the right to do so: root, or a system that lets a program look
at those it starts.
"""

import argparse
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant import Assistant
from bench.plan import ROOT, Plan, python

RATE = 200
ARTICLES = 200
QUESTIONS = 500
WAYS = ("indexing", "asking")
TITLE = re.compile(r'(<text id="title"[^>]*>)[^<]*')


def main() -> None:
    """Draws both, or, as the program that is looked at, goes one of the ways."""
    parser = argparse.ArgumentParser(prog="python -m bench.flames", description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "pictures", help="folder for the pictures")
    parser.add_argument("--go", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.go:
        go(options.go, Plan(options.folder))
    else:
        draw(options.into)


def draw(pictures: Path) -> None:
    """Indexes generated articles, then asks about them, each in a program of its own."""
    with TemporaryDirectory(prefix="flames-") as folder:
        for way in WAYS:
            picture = pictures / f"flames-{way}.svg"
            # By functions: by lines, the pictures are three times as large and say little more.
            recorder = ["py-spy", "record", "--function", "--rate", str(RATE), "--output", str(picture)]
            command = python("-m", "bench.flames", "--go", way, "--folder", folder)
            subprocess.run([*recorder, "--", *command], cwd=ROOT, check=True)  # noqa: S603 - this program
            # The title would be the command, with the folders of this machine.
            drawn = picture.read_text(encoding="utf-8")
            picture.write_text(TITLE.sub(rf"\g<1>{way.capitalize()}", drawn), encoding="utf-8")


def go(way: str, plan: Plan) -> None:
    """Goes one of the ways."""
    settings = plan.settings("flames")
    with Assistant(settings, embedding=plan.local) as bot:
        if way == "indexing":
            plan.corpus.write(settings.corpus_dir, range(ARTICLES))
            bot.sync()
        else:
            for question in plan.corpus.questions(QUESTIONS, articles=ARTICLES):
                bot.ask(question)


if __name__ == "__main__":
    main()
