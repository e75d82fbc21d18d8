import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from cms.users.models import PasswordHistory
from tests.factories.pages import PASSWORD, make_user


class TestPasswordRules:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("Kurz-1", "10"),
            ("nurkleinundlang", "至少 3 类"),
            ("1234567890123", "数字"),
            ("Jiaoyuju-2031-x", "单位名称"),
            ("Zhangsan-2031-x", "姓名的拼音"),
            (PASSWORD, "最近 5 次"),
        ],
    )
    def test_refuse_with_a_reason(self, db, password, reason):
        user = make_user("zs", display_name="张三")
        with pytest.raises(ValidationError) as refusal:
            validate_password(password, user)
        assert reason in "".join(refusal.value.messages)

    def test_accept_a_good_one(self, db):
        validate_password("Qiutian-2032-luoye", make_user("zs", display_name="张三"))

    def test_remember_five(self, db):
        user = make_user("zs")
        for number in range(7):
            user.set_password(f"Qiutian-{number}-luoye")
            user.save()
        assert PasswordHistory.objects.filter(user=user).count() == 5
        with pytest.raises(ValidationError):
            validate_password("Qiutian-3-luoye", user)
        validate_password("Qiutian-1-luoye", user)
