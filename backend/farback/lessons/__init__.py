"""Lessons: pages of text beside a live figure, each written as one Markdown file."""

from .lesson import BrokenLesson, Lesson, Prediction, Step
from .shelf import Shelf, check_links, lessons, read_file, shelf_of

__all__ = [
    "BrokenLesson",
    "Lesson",
    "Prediction",
    "Shelf",
    "Step",
    "check_links",
    "lessons",
    "read_file",
    "shelf_of",
]
