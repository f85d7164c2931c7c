"""How this process shares itself among its threads."""

import sys

from kit.process import short_turns


def test_turns_are_short_as_long_as_it_is_asked_for():
    before = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() < before / 5
    assert sys.getswitchinterval() == before
