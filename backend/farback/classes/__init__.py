"""Classes: what the readers of one class predict, counted together under a code and deleted after a stated time."""

from .answer import Act, Answer, Curve, Title, Value, parse_act, parse_answer, parse_title, value_of
from .classes import Class, Classes, Made, NoSuchClass
from .code import read_code
from .standing import Standing

__all__ = [
    "Act",
    "Answer",
    "Class",
    "Classes",
    "Curve",
    "Made",
    "NoSuchClass",
    "Standing",
    "Title",
    "Value",
    "parse_act",
    "parse_answer",
    "parse_title",
    "read_code",
    "value_of",
]
