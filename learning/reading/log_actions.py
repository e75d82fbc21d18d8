"""What the reading room writes into Wagtail's log, in words: (action, label, message). Study notes are never logged."""

LOG_ACTIONS = (
    ("reading.publish_list", "公布书目", "公布每月推荐书目"),
    ("reading.hand_in", "提交心得", "提交读书心得"),
    ("reading.claim", "认领评阅", "认领读书心得评阅"),
    ("reading.accept", "心得通过", "读书心得评阅通过"),
    ("reading.return", "心得退回", "读书心得退回修改"),
    ("reading.consent", "展示范围", "改变读书心得的展示范围"),
    ("reading.open_judging", "开始评分", "开始展评评分"),
    ("reading.close_judging", "结束评分", "结束展评评分"),
    ("reading.ballot", "评分", "提交展评评分"),
    ("reading.publish_criteria", "公布标准", "公布阅读之星评选标准"),
    ("reading.decide_stars", "评定阅读之星", "评定阅读之星"),
    ("reading.revoke_stars", "撤回评定", "撤回阅读之星的评定"),
    ("reading.group", "兴趣小组", "修改学习兴趣小组"),
)


def named_in_log(reflection) -> str:
    """Without its title: the log is read by people to whom its author has not shown it."""
    return f"读书心得 {reflection.pk}"
