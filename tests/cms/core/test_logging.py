"""Log lines: one JSON object each, with a time that means the same on every machine."""

import datetime
import json
import logging
import re

import structlog

from cms.settings.base import LOGGING


def line_of(record) -> dict:
    facts = dict(LOGGING["formatters"]["json"])
    return json.loads(facts.pop("()")(**facts).format(record))


class TestLogLines:
    def test_are_json_with_the_time_and_its_offset(self):
        line = line_of(
            logging.makeLogRecord({"name": "django.request", "levelname": "WARNING", "msg": "Not Found: %s", "args": ("/没有/",)})
        )
        assert line["event"] == "Not Found: /没有/"
        assert line["level"] == "warning"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", line["timestamp"])
        assert abs(datetime.datetime.fromisoformat(line["timestamp"]) - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)

    def test_stay_one_line_whatever_somebody_writes_into_them(self):
        record = logging.makeLogRecord({"name": "x", "msg": 'two\nlines\r\n{"event": "forged"}'})
        facts = dict(LOGGING["formatters"]["json"])
        assert "\n" not in facts.pop("()")(**facts).format(record)

    def test_of_the_project_go_the_same_way(self):
        names = [getattr(processor, "__name__", type(processor).__name__) for processor in structlog.get_config()["processors"]]
        assert "say_when" in names
