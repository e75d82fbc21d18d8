import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from cms.inbox.models import Channel
from cms.users.roles import ensure_groups
from tests.factories.pages import make_user

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def boss(client, db):
    user = make_user("boss", is_superuser=True)
    client.force_login(user)
    return user


class TestChannels:
    def add(self, client, **facts):
        answer = client.post(reverse("channels:add"), {"name": "机关群", "kind": "wecom", "is_active": "on", "address": "", **facts})
        return "" if answer.status_code == 302 else answer.content.decode()

    def test_are_added_by_a_superuser(self, client, boss):
        assert self.add(client, address="wecombot://secret-key") == ""
        assert self.add(client, name="邮件", kind="email") == ""
        assert Channel.objects.count() == 2

    def test_show_no_secret_in_the_list(self, client, boss):
        self.add(client, address="wecombot://secret-key")
        html = client.get(reverse("channels:index")).content.decode()
        assert "wecombot://••••••key" in html
        assert "secret" not in html

    @pytest.mark.parametrize("address", ["", "json://127.0.0.1/", "file:///etc/passwd", "feishu://key", "wecombot://key?verify=no"])
    def test_take_no_address_but_a_robots(self, client, boss, address):
        assert "这种机器人的地址写作 wecombot://密钥" in self.add(client, address=address)
        assert not Channel.objects.exists()

    def test_are_one_for_mail_without_an_address(self, client, boss):
        assert "这里请留空" in self.add(client, kind="email", address="mailto://a:b@example.com")
        self.add(client, kind="email")
        assert "电子邮件通道已有一个" in self.add(client, kind="email", name="又一个")

    def test_need_a_mail_server_for_mail(self, client, boss, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
        assert "EMAIL_URL" in self.add(client, kind="email")

    def test_know_no_other_kind(self, client, boss):
        assert "不在可用的选项中" in self.add(client, kind="json", address="json://127.0.0.1/")

    def test_stay_closed_to_a_group_that_was_given_the_rights(self, client, group):
        ensure_groups()
        editor = make_user("editor", "编辑")
        editor.user_permissions.set(Permission.objects.filter(content_type__app_label="inbox"))
        client.force_login(editor)
        for address in (reverse("channels:index"), reverse("channels:add"), reverse("channels:edit", args=[group.pk])):
            assert client.get(address).status_code == 302
        assert "消息通道" not in client.get(reverse("wagtailadmin_home")).content.decode()
