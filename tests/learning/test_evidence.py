import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from learning import evidence
from learning.evidence import EvidenceKind, Have, Subject, all_evidence, find_evidence, kinds_of_people, register_evidence


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch):
    monkeypatch.setattr(evidence, "_kinds", dict(evidence._kinds))


def nothing():
    raise AssertionError("asked for its rows")


class TestRegisterEvidence:
    def test_is_found_by_its_key(self):
        kind = EvidenceKind("test.fact", "事实", Subject.STAFF, nothing)
        register_evidence(kind)
        assert find_evidence("test.fact") is kind
        assert kind in all_evidence()

    def test_may_be_repeated(self):
        kind = EvidenceKind("test.fact", "事实", Subject.STAFF, nothing)
        register_evidence(kind)
        register_evidence(kind)
        assert all_evidence().count(kind) == 1

    def test_refuses_another_of_the_same_key(self):
        register_evidence(EvidenceKind("test.fact", "事实", Subject.STAFF, nothing))
        with pytest.raises(ImproperlyConfigured):
            register_evidence(EvidenceKind("test.fact", "别的事实", Subject.ORGAN, nothing))


class TestFindEvidence:
    def test_knows_nothing_of_rooms_that_are_not_there(self):
        assert find_evidence("reading.nowhere") is None


@pytest.mark.django_db
class TestEveryKind:
    """What the contract promises of `rows()` holds for every room that has signed it."""

    @pytest.mark.parametrize("key", [kind.key for kind in all_evidence() if kind.rows])
    def test_has_the_annotations_of_the_contract(self, key):
        kind = find_evidence(key)
        names = ["subject_id", "counted_on", "happened_on", "quantity"]
        if kind.by_format:
            names += ["format_id", "variant", "series"]
        if kind.subject == Subject.STAFF:
            names += ["record_id", "record_title"]
        assert list(kind.rows().values(*names)) == []

    @pytest.mark.parametrize("have", list(Have))
    def test_of_a_have_is_filled_by_some_room(self, have):
        kind = find_evidence(f"have.{have.value}")
        assert kind.sources
        assert {(source.have, source.subject) for source in kind.sources} == {(have, Subject.STAFF)}

    @pytest.mark.parametrize("kind", kinds_of_people(), ids=lambda kind: kind.key)
    def test_leads_to_its_records_unless_they_have_no_page(self, kind):
        assert not kind.address or reverse(kind.address, args=[1])
