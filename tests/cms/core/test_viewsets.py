import pytest
from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.views.generic import View

from cms.core.viewsets import GuardedMixin, add_errors


class NameForm(forms.Form):
    name = forms.CharField(required=False)


class TestAddErrors:
    def test_stand_beside_their_field_or_above_the_form(self):
        form = NameForm({"name": "李四"})
        assert form.is_valid()
        add_errors(form, ValidationError({"name": "太短。", "staff": "此人已有任职。"}))
        assert form.errors["name"] == ["太短。"]
        assert form.non_field_errors() == ["此人已有任职。"]

    def test_without_a_field_stand_above_the_form(self):
        form = NameForm({})
        assert form.is_valid()
        add_errors(form, ValidationError("计划还没有生成。"))
        assert form.non_field_errors() == ["计划还没有生成。"]


class TestGuardedMixin:
    def test_lets_nobody_in_without_a_policy(self, rf, admin_user):
        class Page(GuardedMixin, View):
            permission_required = "change"

            def get(self, request):
                return HttpResponse()

        request = rf.get("/")
        request.user = admin_user
        with pytest.raises(PermissionDenied):
            Page.as_view()(request)
