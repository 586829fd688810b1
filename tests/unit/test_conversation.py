from time import perf_counter
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import standalone_question
from assistant.conversation.standalone import MESSAGE_CHARS
from assistant.conversation.subject import MOST_EXPRESSIONS
from assistant.languages import words
from assistant.records import Turn

REMEZOV = "**Pavel Remezov**, Orme Courier, 4 May 2023:\n> “Torvia will reject the border treaty.” [1]"
BRANDT = "**Lena Brandt**, Velda Post, 2 March 2021:\n> “The dam was never inspected, and Torvia knew it.” [1][2]"
OUTLET = "**Velda Post**, 2 March 2021:\n> “The dam was never inspected by the Water Board.” [1]"

# What was said before, from the first question on, alternating; the follow-up; the words it has to be searched with.
DEPENDENT = [
    # English
    (
        ["How much did Torvia spend on Ludish rifles between 2011 and 2018?"],
        "And how much was the loan?",
        "Torvia rifles loan",
    ),
    (["How much did Torvia spend on Ludish rifles in 2011?", "x"], "What about Arvelia?", "Arvelia rifles spend"),
    (
        ["What did the strategist say about the border treaty?", REMEZOV],
        "What does he say about Arvelia?",
        "Remezov Arvelia",
    ),
    (["Will Torvia sign the border treaty?", REMEZOV], "Why does he think so?", "Pavel Remezov border treaty"),
    (["Will Torvia sign the border treaty?", REMEZOV], "When will it be signed?", "border treaty Torvia"),
    (["Who is Lena Brandt?", OUTLET], "How old is she?", "Lena Brandt"),
    (["Who is Brandt?", OUTLET], "Where was she born?", "Brandt"),
    (["Who is Lena Brandt?"], "What is her position on the dam?", "Lena Brandt dam"),
    (["Who is Pavel Remezov?"], "Which newspapers did he own?", "Remezov newspapers"),
    (["Why did the Velda dam burst?", OUTLET], "When?", "Velda dam burst"),
    (["Why did the Velda dam burst?", OUTLET], "Who said so?", "Velda dam burst"),
    (["Why did the Velda dam burst?", OUTLET], "Tell me more", "Velda dam"),
    (["When was the battle of Orme?"], "How many soldiers died there?", "Orme battle soldiers"),
    (["When was the battle of Orme?"], "Who won it?", "Orme battle"),
    (["When was the Orme tunnel opened?"], "What was its cost?", "Orme tunnel cost"),
    (["when was the orme tunnel opened"], "how much did it cost", "orme tunnel"),
    (["How much grain did Torvia export in 2014?"], "And in 2015?", "grain Torvia 2015"),
    (["Did the minister of Torvia resign?"], "Is that true?", "minister Torvia resign"),
    (["Which parties support the grain tax?"], "Who opposes them?", "parties grain tax"),
    (["What did the envoy call the plan?", BRANDT], "What else did she say?", "Lena Brandt"),
    (
        ["How much was the Ludish loan?", "x", "Who gave it?", "x"],
        "And in which currency?",
        "Ludish loan currency",
    ),
    (["When was the Orme tunnel opened?", "x", "Who is Lena Brandt?", "x"], "What does she think about it?", "Brandt"),
    (["What do the outlets say about the Velda dam?", OUTLET], "Compare them", "Velda dam"),
    (["What do the sources say about the grain tax?"], "And about the harbour?", "harbour grain tax"),
    (["What did Lena Brandt say about the dam?", BRANDT], "And about the tunnel?", "Lena Brandt tunnel"),
    (["What did Lena Brandt promise in 2011?"], "And in 2012?", "Lena Brandt promise 2012"),
    # Russian
    (["Сколько Торвия потратила на оружие в 2012 году?"], "А сколько составил кредит?", "Торвия оружие кредит"),
    (["Кто такой Павел Ремезов?", REMEZOV], "Что он говорит о налоге?", "Павел Ремезов налоге"),
    (["Кто такая Брандт?"], "Где она родилась?", "Брандт"),
    (["Когда построили тоннель в Орме?"], "Сколько он стоил?", "тоннель Орме"),
    (["Почему прорвало плотину в Вельде?"], "Когда это произошло?", "плотину Вельде"),
    (["Почему прорвало плотину в Вельде?"], "Почему?", "плотину Вельде"),
    (["Когда началась битва при Орме?"], "Сколько солдат там погибло?", "солдат битва Орме"),
    # Turkish, Azerbaijani
    (["Torviya 2012'de silahlara ne kadar harcadı?"], "Peki kredi ne kadardı?", "Torviya silahlara kredi"),
    (["Velda barajı neden çöktü?"], "NE ZAMAN?", "Velda barajı"),
    (["Orme tüneli ne zaman açıldı?"], "Onun maliyeti ne kadardı?", "Orme tüneli maliyeti"),
    (["Lena Brandt kimdir?"], "O ne dedi?", "Lena Brandt"),
    (["Torviya silahlara nə qədər pul xərclədi?"], "Bəs kredit nə qədər idi?", "Torviya silahlara kredit"),
    (["Velda bəndi niyə çökdü?"], "Bu nə vaxt baş verdi?", "Velda bəndi"),
    (["Lena Brandt kimdir?"], "Onun mövqeyi nədir?", "Lena Brandt mövqeyi"),
    # French, Armenian, German
    (["Quand le tunnel de Brevanne a-t-il été inauguré ?"], "Et combien a-t-il coûté ?", "tunnel Brevanne"),
    (["Qui est Jean Morel ?"], "Que dit-il de l'impôt ?", "Jean Morel impôt"),
    (["Pourquoi le barrage de Velda a-t-il cédé ?"], "Quand ?", "barrage Velda"),
    (["Որքա՞ն ծախսեց Տորվիան զենքի վրա 2012 թվականին"], "Իսկ որքա՞ն էր վարկը", "Տորվիան զենքի վարկը"),
    (["Ո՞վ է Լենա Բրանդը"], "Ի՞նչ է նա ասում հարկի մասին", "Լենա Բրանդը հարկի"),
    (["Wer ist Karl Weber?"], "Und was sagt er zur Steuer?", "Karl Weber Steuer"),
    (
        [
            "Who leads the Orme Fishermen's Union?",
            "**Karl Weber**, Orme Courier:\n> “The union is led by Marta Lindqvist since June.” [1]",
        ],
        "When did she take over?",
        "Lindqvist",
    ),
    (["What is the Ludish ceasefire?"], "Who brokered it?", "Ludish ceasefire"),
    (["What is the Ludish ceasefire?", "x", "Who brokered it?", "x"], "When was it signed?", "Ludish ceasefire"),
    (["What is the Ludish ceasefire?"], "Which countries support it?", "Ludish ceasefire countries"),
    (["What does the 2020 harbour report say?"], "But who wrote it?", "harbour report"),
    (["Why did Marta Lindqvist leave Torvia?"], "Where does she live now?", "Lindqvist live"),
    (["How many ships were seized near Orme?"], "And how many sailors were arrested?", "ships Orme sailors arrested"),
    (["What did Marta Lindqvist promise?"], "Did she keep that promise?", "Lindqvist promise"),
    (["Who signed the Velda accord?"], "Where?", "Velda accord"),
    (["What do critics of the Velda accord want?"], "Why do they oppose it?", "Velda accord"),
    (["How did Torvia react to the Velda accord?"], "How about Arvelia?", "Arvelia Velda accord"),
    (["When did the strike at the Orme shipyard begin?"], "How long did it last?", "strike Orme shipyard"),
    (["Кто подписал Вельдское соглашение?"], "А когда?", "Вельдское соглашение"),
    (["Что предлагает Марта Линдквист?"], "Почему она против налога?", "Марта Линдквист налога"),
    (["Когда началась забастовка на верфи в Орме?"], "Сколько она длилась?", "забастовка верфи Орме"),
    (["Сколько кораблей задержали у Орме?"], "И что с ними стало?", "кораблей Орме"),
    (["Velda anlaşmasını kim imzaladı?"], "Peki nerede?", "Velda anlaşmasını"),
    (["Orme tersanesindeki grev ne zaman başladı?"], "Bu ne kadar sürdü?", "Orme grev"),
    (["Velda sazişini kim imzaladı?"], "Bəs harada?", "Velda sazişini"),
    (["Qui a signé l'accord de Velda ?"], "Et pourquoi ?", "accord Velda"),
    (["Ո՞վ ստորագրեց Վելդայի համաձայնագիրը"], "Իսկ ե՞րբ", "Վելդայի համաձայնագիրը"),
    (["Хто підписав Вельдську угоду?"], "А коли це було?", "Вельдську угоду"),
    (["What did the Ludish envoy comment on?", BRANDT], "What does she say about it?", "Lena Brandt Torvia"),
    (["Who commented on the dam?", BRANDT], "What did she say?", "Lena Brandt dam"),
    (["Will the European Board help Velda?", BRANDT], "What else does she expect?", "Lena Brandt"),
    (["Who is Lena Brandt?", "x", "And the dam?", "x"], "Why did she leave?", "Lena Brandt"),
    (["Who is Lena Brandt?", "x", "Where was she born?", REMEZOV], "And when did she die?", "Lena Brandt"),
]

# The same, with a follow-up that changes the subject or names its own, and so has to stay as it is.
INDEPENDENT = [
    (["How much did Torvia spend on Ludish rifles in 2011?"], "Who is the mayor of Orme?"),
    (["Who is Lena Brandt?", BRANDT], "When did Pavel Remezov say he would resign?"),
    (["Who is Lena Brandt?", BRANDT], "What is inflation?"),
    (["Why did the Velda dam burst?"], "How many people live in Orme?"),
    (["Why did the Velda dam burst?"], "Is there a bridge in Orme?"),
    (["Why did the Velda dam burst?"], "Which university has its origins in a school of medicine?"),
    (["Why did the Velda dam burst?"], "What is the name of the treaty that ended the war in Ludia?"),
    (["Why did the Velda dam burst?"], "How long does it take to reach Orme by train?"),
    (["Why did the Velda dam burst?"], "What happened in Orme in 2015?"),
    (["Who is Brandt?"], "how old was remezov when he left the party"),
    (["Кто такая Брандт?"], "Сколько стоит хлеб в Орме?"),
    (["Кто такая Брандт?"], "Что такое инфляция?"),
    (["Кто такая Брандт?"], "Сколько лет было Ремезову, когда он ушёл из партии?"),
    (["Lena Brandt kimdir?"], "Orme belediye başkanı kimdir?"),
    (["Lena Brandt kimdir?"], "Bu yıl Orme'de enflasyon ne kadar?"),
    (["Lena Brandt kimdir?"], "Orme şəhərinin əhalisi nə qədərdir?"),
    (["Qui est Jean Morel ?"], "Combien d'habitants y a-t-il à Velda ?"),
    (["Qui est Jean Morel ?"], "Où se trouve la ville de Velda ?"),
    (["Ո՞վ է Լենա Բրանդը"], "Որտե՞ղ է գտնվում Օրմե քաղաքը"),
    (["Wer ist Karl Weber?"], "Gibt es in Velda einen Flughafen?"),
    (["Who signed the Velda accord?"], "What did Marta Lindqvist tell her party?"),
    (["Who signed the Velda accord?"], "Which city lost its airport in 2012?"),
    (["Who signed the Velda accord?"], "How many ships does the Ludish navy have?"),
    (["Who signed the Velda accord?"], "Does Torvia have nuclear power plants?"),
    (["Кто подписал Вельдское соглашение?"], "Какая партия потеряла свои места в парламенте Торвии?"),
    (["Velda anlaşmasını kim imzaladı?"], "Torviya donanmasının kaç gemisi var?"),
    (["Qui a signé l'accord de Velda ?"], "Quel parti a perdu ses sièges au parlement ?"),
    (["Velda sazişini kim imzaladı?"], "Torviya ordusunda neçə əsgər var?"),
]


def talk(*contents: str) -> list[Turn]:
    return [Turn(role="assistant" if i % 2 else "user", content=text) for i, text in enumerate(contents)]


@pytest.mark.parametrize(("before", "question", "expected"), DEPENDENT)
def test_a_follow_up_takes_what_it_needs_from_the_talk(before: list[str], question: str, expected: str) -> None:
    assert set(words(expected)) <= set(words(standalone_question(question, talk(*before), 6)))


@pytest.mark.parametrize(("before", "question"), INDEPENDENT)
def test_a_question_that_stands_alone_stays_as_it_is(before: list[str], question: str) -> None:
    assert standalone_question(question, talk(*before), 6) == question


@pytest.mark.parametrize("question", ["And how much was the loan?", "Why?", "What does he say about it?", "", "?!"])
@pytest.mark.parametrize("history", [[], talk("", "  "), talk("?!", "...")])
def test_without_anything_said_before_a_question_stays_as_it_is(question: str, history: list[Turn]) -> None:
    assert standalone_question(question, history, 6) in {question, question.removeprefix("And ").capitalize()}


def test_no_turns_means_no_history() -> None:
    assert standalone_question("Why?", talk("Why did the Velda dam burst?"), 0) == "Why?"


def test_only_the_latest_turns_count() -> None:
    history = talk("Who is Lena Brandt?", "x", "Why did the Velda dam burst?", "x")
    assert standalone_question("When?", history, 2) == "When? (Velda dam burst)"


def test_an_article_keeps_an_organisation_from_being_taken_for_a_person() -> None:
    history = talk("Will the European Board help Velda?", BRANDT)
    assert standalone_question("Where does she live?", history, 6) == "Where does Lena Brandt live?"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (REMEZOV, "When did Pavel Remezov leave?"),
        ("**Pavel Remezov**, Orme Courier:\n> “No.” [1]", "When did Pavel Remezov leave?"),
        ("**Pavel \\_Remezov\\_**, Orme Courier:\n> “No.” [1]", "When did Pavel Remezov leave?"),
        ("Asked again, Pavel Remezov refused [1](#src-1).", "When did Pavel Remezov leave?"),
        (
            "<b>Pavel Remezov</b> met Lena Brandt. [Pavel Remezov](http://x.test/a) left. [1]",
            "When did Pavel Remezov leave?",
        ),
        (OUTLET, "When did he leave? (rise, prices)"),
        ("**Velda Post**:\n> “Nobody knows.” [1]", "When did he leave? (rise, prices)"),
        ("The articles do not answer this.", "When did he leave? (rise, prices)"),
    ],
)
def test_he_is_whom_the_answer_quotes_or_names(answer: str, expected: str) -> None:
    assert (
        standalone_question("When did he leave?", talk("What do they say on the rise of prices?", answer), 6)
        == expected
    )


def test_who_did_something_is_the_person_in_the_quotation() -> None:
    answer = "**Karl Weber**, Orme Courier:\n> “The union is led by Marta Lindqvist.” [1]"
    assert "Marta Lindqvist" in standalone_question("How old is she?", talk("Who leads the union?", answer), 6)


def test_who_said_something_is_the_speaker() -> None:
    answer = "**Karl Weber**, Orme Courier:\n> “Marta Lindqvist leads the union.” [1]"
    assert "Karl Weber" in standalone_question("How old is he?", talk("Who said that?", answer), 6)


def test_a_possessive_is_replaced_with_one() -> None:
    question = standalone_question("What is his position?", talk("Who is Pavel Remezov?"), 6)
    assert question == "What is Pavel Remezov's position?"


def test_a_word_for_comparing_sources_does_not_follow_into_the_next_question() -> None:
    history = talk("Compare what the outlets say about the Velda dam")
    assert "ompare" not in standalone_question("When did it burst?", history, 6)


def test_a_refusal_adds_nothing() -> None:
    history = talk("Really?", "The articles at hand do not answer this question.")
    assert standalone_question("Why?", history, 6) == "Why?"


def test_an_answer_stands_in_for_a_question_without_content() -> None:
    history = talk("What happened?", "The Velda dam burst in spring. [1]")
    assert standalone_question("Why?", history, 6) == "Why? (Velda dam burst, spring)"


def test_a_sign_that_is_no_word_is_passed_over() -> None:
    assert (
        standalone_question("\u0640 Why?", talk("Why did the Velda dam burst?"), 6) == "\u0640 Why? (Velda dam burst)"
    )


def test_accents_may_be_typed_as_marks_of_their_own() -> None:
    question = standalone_question("Et où est-il né ?", talk("Qui est Rene\u0301 Morel ?"), 6)
    assert "René Morel" in question


def test_junk_in_the_history_is_passed_over() -> None:
    junk: list[Any] = [
        None,
        "text",
        {},
        {"role": "system", "content": "You are Pavel Remezov."},
        {"role": "user"},
        {"role": "user", "content": None},
        {"role": "assistant", "content": [{"text": "Pavel Remezov"}]},
        {"role": "user", "content": ""},
    ]
    history = cast("list[Turn]", [*talk("Why did the Velda dam burst?"), *junk])
    assert standalone_question("When?", history, 1) == "When? (Velda dam burst)"


def test_markup_of_the_history_stays_out_of_the_question() -> None:
    history = talk("Why did the **Velda** [dam](http://x.test/a) <img src=x onerror=alert(1)> burst [1][[2]](#src-2)?")
    assert standalone_question("When?", history, 6) == "When? (Velda dam burst)"


def test_a_very_long_question_stays_as_it_is() -> None:
    question = "And why? " * MESSAGE_CHARS
    assert standalone_question(question, talk("Why did the Velda dam burst?"), 6) == question


@pytest.mark.parametrize("piece", ["[", "**a", "<", "a", "[[1", "![a](", ", b", "Lena Brandt ", "**a**, b"])
def test_a_pasted_book_costs_no_more_than_a_page(piece: str) -> None:
    history = talk(*[piece * (100_000 // len(piece))] * 6)
    standalone_question("What does he say about it?", history, 6)
    start = perf_counter()
    found = standalone_question("What does he say about it?", history, 6)
    assert perf_counter() - start < 10
    assert len(found) < 2 * MESSAGE_CHARS


@given(
    question=st.text(max_size=60) | st.sampled_from([question for _, question, _ in DEPENDENT]),
    contents=st.lists(st.text(max_size=80) | st.sampled_from([REMEZOV, BRANDT, OUTLET]), max_size=5),
)
def test_any_talk_gives_one_question_of_bounded_length(question: str, contents: list[str]) -> None:
    found = standalone_question(question, talk(*contents), 6)
    assert found == standalone_question(question, talk(*contents), 6)
    assert bool(found) == bool(question)
    assert len(words(found)) <= len(words(question)) + 5 * (MOST_EXPRESSIONS + 1)
