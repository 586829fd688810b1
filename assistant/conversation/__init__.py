"""Makes sense of a question that continues a talk.

messages -> subject (what the talk is about, and who "he" is) -> standalone question
"""

from assistant.conversation.standalone import standalone_question as standalone_question

__all__ = ["standalone_question"]
