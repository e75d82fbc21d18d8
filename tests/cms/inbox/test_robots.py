import pytest

from cms.inbox.robots import AddressRefusedError, NotPostedError, masked, post, robot_at

ADDRESSES = {"wecom": "wecombot://693a91f6-7xxx", "dingtalk": "dingtalk://SEC0a1@0f9e8d", "feishu": "feishu://b45-f0_1/"}


class TestRobotAt:
    @pytest.mark.parametrize("kind", ADDRESSES)
    def test_takes_what_each_kind_gives_out(self, kind):
        robot = robot_at(kind=kind, address=ADDRESSES[kind])
        assert robot.secure_protocol == ADDRESSES[kind].partition(":")[0]
        assert (robot.verify_certificate, robot.redirects) == (True, False)

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "json://127.0.0.1:8000/",
            "file:///etc/passwd",
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc",
            "http://169.254.169.254/",
            "mailto://a:b@example.com",
            "feishu://key",  # another kind's
            "wecombot://",
            "wecombot://key?verify=no",
            "wecombot://key/path",
            "wecombot://host:80",
            "wecombot://..",
            "wecombot://%2e%2e",
            "wecombot://密钥",
            "wecombot://key\n",
            "wecombot://key, json://127.0.0.1",
        ],
    )
    def test_refuses_everything_else(self, address):
        with pytest.raises(AddressRefusedError, match=r"写作 wecombot://密钥"):
            robot_at(kind="wecom", address=address)


class TestPost:
    def test_goes_through_the_robot_of_the_kind(self, posts):
        for kind, address in ADDRESSES.items():
            post(kind=kind, address=address, text="周二学习")
        assert posts == [("NotifyWeComBot", "周二学习"), ("NotifyDingTalk", "周二学习"), ("NotifyFeishu", "周二学习")]

    def test_says_what_to_do_when_nobody_takes_it(self, posts):
        posts.answer = False
        with pytest.raises(NotPostedError, match="连到外网"):
            post(kind="wecom", address="wecombot://key", text="周二学习")

    def test_reaches_the_one_server_and_is_off_in_tests(self, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "requests.post", lambda url, **options: asked.append((url, options["allow_redirects"])) or (_ for _ in ()).throw(OSError)
        )
        with pytest.raises((NotPostedError, OSError)):
            post(kind="wecom", address="wecombot://key", text="周二学习")
        assert asked == [("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=key", False)]


class TestMasked:
    def test_shows_the_kind_and_the_end(self):
        assert masked("dingtalk://secret@0f9e8d7c/") == "dingtalk://••••••d7c"

    def test_of_nothing_is_nothing(self):
        assert masked("") == ""
