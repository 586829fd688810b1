from assistant.records import Answer
from assistant.ui.session import Conversation, Exchange
from assistant.ui.suggestions import MOST, suggested
from tests.rendered import SOURCE, answer, citation, refusal

COST = "How much did the works on the bridge cost?"
EXAMPLES = (
    "Who plays the organ at the opera?",
    "What did the works cost in million crowns?",
    "Where do the ferries run?",
    "Во сколько обошлось строительство библиотеки?",
    "When does the Harbour bridge reopen to the works?",
    "Who pays for the works on the bridge?",
)


def asked(*exchanges: tuple[str, Answer | None]) -> Conversation:
    return Conversation(exchanges=tuple(Exchange(question=question, answer=came) for question, came in exchanges))


def told(quote: str, question: str = COST) -> Answer:
    return answer(question=question, citations=(citation(quote=quote, source=SOURCE),))


def test_those_nearest_to_what_was_told_come_first() -> None:
    conversation = asked((COST, told("The works cost 48 million crowns.")))
    assert suggested(conversation, EXAMPLES) == [EXAMPLES[1], EXAMPLES[4]]


def test_titles_of_the_cited_articles_count_too() -> None:
    conversation = asked((COST, told("So it goes.")))
    assert suggested(conversation, EXAMPLES)[0] == EXAMPLES[4]


def test_what_has_nothing_to_do_with_it_is_not_suggested() -> None:
    assert suggested(asked((COST, told("The works cost 48 million crowns."))), EXAMPLES[:1]) == []


def test_what_was_asked_already_is_not_suggested_however_it_was_typed() -> None:
    conversation = asked((EXAMPLES[1].upper() + " ", None), (COST, told("The works cost 48 million crowns.")))
    assert EXAMPLES[1] not in suggested(conversation, EXAMPLES)


def test_only_the_language_of_the_question_is_suggested() -> None:
    question = "Сколько книг в новой городской библиотеке Северска?"
    told_in_russian = told("Строительство библиотеки обошлось в 900 миллионов рублей.", question)
    assert suggested(asked((question, told_in_russian)), EXAMPLES) == [EXAMPLES[3]]


def test_after_a_refusal_the_first_ones_come() -> None:
    refused = refusal().model_copy(update={"question": COST})
    assert suggested(asked((COST, refused)), EXAMPLES) == [EXAMPLES[0], EXAMPLES[1]]


def test_there_are_never_more_than_fit_below_an_answer() -> None:
    many = [f"What did the works on bridge {number} cost?" for number in range(50)]
    assert len(suggested(asked((COST, told("The works cost 48 million."))), many)) == MOST


def test_nothing_is_suggested_before_an_answer_or_after_a_failure() -> None:
    assert suggested(Conversation(), EXAMPLES) == []
    assert suggested(asked((COST, told("The works cost 48 million.")), (COST, None)), EXAMPLES) == []


def test_a_corpus_without_examples_suggests_nothing() -> None:
    assert suggested(asked((COST, refusal())), ()) == []
