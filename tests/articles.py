"""A small made-up corpus: three dated articles of three outlets, one of them in Russian."""

from pathlib import Path

HARBOUR = """Harbour bridge to reopen in spring

By Clara Winfield
12 March 2021

The Harbour bridge at Port Ellery will reopen on 3 May after two years of repairs, the city council said on Friday.
The works cost 48 million crowns, nine million more than planned. Mayor Ruth Calder blamed the price of steel. "We paid
for a bridge and a half," she told reporters. Ferries will run for another month.
"""

ORCHARD = """Orchard growers ask for help after late frost

By Tom Ashgrove
28 April 2022

Growers in the Velm valley lost about a third of their apple blossom to frost last week, their union said. It asked the
regional government for 2.5 million crowns. Minister Pavel Doran said that a decision would come before June. The union
puts the number of farms concerned at 310.
"""

LIBRARY = """В Северске открылась новая библиотека

5 сентября 2023

В Северске открылась городская библиотека на 120 тысяч книг. Строительство заняло четыре года и обошлось в 900 миллионов
рублей. Директор Анна Лебедева сообщила, что читальный зал будет работать до полуночи. Старое здание передадут музею.
"""

ARTICLES = {"2021/harbour.txt": HARBOUR, "2022/orchard.txt": ORCHARD, "library.md": LIBRARY}

METADATA = """\
2021/harbour.txt:
  publisher: Ellery Gazette
2022/orchard.txt:
  publisher: The Valley Observer
library.md:
  publisher: Северский вестник
"""

# Questions about it.
COST = "How much did the repairs of the Harbour bridge cost?"
REOPENING = "When will the Harbour bridge reopen?"
LIBRARY_COST = "Во сколько обошлось строительство библиотеки?"
EXAMPLES = (COST, REOPENING, LIBRARY_COST)
# One that it does not answer.
OPERA = "Which orchestra played at the opening of the opera house in Vienna?"

# A case for the evaluation, which the first article answers.
BRIDGE_COST = """\
- id: bridge-cost
  type: number
  question: How much did the works on the Harbour bridge cost?
  answer: 48 million crowns.
  facts: [[48 million]]
  evidence:
    - article: 2021/harbour.txt
      quote: The works cost 48 million crowns, nine million more than planned.
"""


def write_corpus(folder: Path) -> Path:
    """Writes the articles and their metadata.yaml into a folder, which is made if need be, and returns it."""
    for name, text in ARTICLES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "metadata.yaml").write_text(METADATA, encoding="utf-8")
    return folder
