"""Lessons: pages of text beside a live figure, each written as one Markdown file."""

from .lesson import BrokenLesson, Lesson, Prediction, Step
from .shelf import Shelf, check_links, find_lesson, find_prediction, lessons, read_file, shelf_of

__all__ = [
    "BrokenLesson",
    "Lesson",
    "Prediction",
    "Shelf",
    "Step",
    "check_links",
    "find_lesson",
    "find_prediction",
    "lessons",
    "read_file",
    "shelf_of",
]
