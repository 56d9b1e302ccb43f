"""All models of all lessons are trained beforehand, however many there are, and nobody waits for them."""

from __future__ import annotations

from pathlib import Path

from farback.config import Settings
from farback.engine import LocalEngine, job_of
from farback.lessons import lessons
from farback.lessons.preparation import is_there, prepare, progress
from farback.spec import parse_spec
from farback.store import Store


def test_every_model_waits_behind_people_and_takes_nobodys_place(tmp_path: Path) -> None:
    store = Store(tmp_path)
    engine = LocalEngine(Settings(data_dir=tmp_path, max_queue=1, max_queue_client=1), store)  # it is not started
    prepare(engine, lessons())
    jobs = [job_of(spec) for lesson in lessons() for spec in lesson.runs()]
    assert all(is_there(engine, job.id) for job in jobs)
    assert sum(progress(engine, lesson)[0] for lesson in lessons()) == 0
    own = job_of(parse_spec({"task": {"name": "recall", "lag": 3}, "cell": {"name": "rnn"}}))
    assert engine.submit(own, "ann")[0].position == 1
    store.close()
