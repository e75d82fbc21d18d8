import pytest
import time_machine
from django.core import signing

from learning.models import Reflection
from learning.reading.review_links import MAX_AGE, BadLinkError, ExpiredLinkError, address_for, read_token, token_for

pytestmark = pytest.mark.once


class Account:
    pk = 7


class TestReadToken:
    @pytest.fixture
    def token(self):
        return token_for(Account, Reflection(pk=3), 2)

    def test_knows_what_the_link_is_for(self, token):
        link = read_token(token)
        assert (link.reflection_id, link.round_number, link.user_id) == (3, 2, 7)

    def test_fits_into_a_message(self):
        assert len(address_for(Account, Reflection(pk=10**9), 99)) <= 300

    def test_refuses_one_that_was_changed_or_cut_off(self, token):
        for bad in (token[:-1], token[3:], token.replace(":", "."), "x", "x:y:z", "陌生:的"):
            with pytest.raises(BadLinkError):
                read_token(bad)

    def test_refuses_what_was_signed_for_something_else(self):
        with pytest.raises(BadLinkError):
            read_token(signing.dumps([3, 2, 7]))

    def test_refuses_one_of_another_shape(self):
        with pytest.raises(BadLinkError):
            read_token(signing.dumps({"r": 3}, salt="learning.reading.review-link"))

    def test_is_good_for_two_weeks(self):
        with time_machine.travel("2026-11-25T01:00:00Z", tick=False) as clock:
            token = token_for(Account, Reflection(pk=3), 2)
            clock.shift(MAX_AGE - 1)
            assert read_token(token).reflection_id == 3
            clock.shift(2)
            with pytest.raises(ExpiredLinkError):
                read_token(token)
