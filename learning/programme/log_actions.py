"""What the programme writes into Wagtail's log, in words: (action, label, message)."""

LOG_ACTIONS = (
    ("programme.lay_out", "生成年度计划", "从规则生成年度计划"),
    ("programme.record_done", "登记完成", "登记计划项完成"),
    ("programme.notify", "发学习通知", "发出学习通知"),
    ("programme.move", "改期", "学习活动改期"),
    ("programme.cancel", "取消活动", "取消学习活动"),
    ("programme.roll", "点名", "保存点名"),
    ("programme.code", "扫码签到", "开启或停止扫码签到"),
    ("programme.correct", "更正考勤", "更正考勤"),
    ("programme.add_file", "上传活动文件", "上传活动文件"),
    ("programme.remove_file", "删除活动文件", "删除活动文件"),
    ("programme.ask_leave", "请假", "申请请假"),
    ("programme.decide_leave", "审批请假", "审批请假"),
    ("programme.withdraw_leave", "撤回请假", "撤回请假"),
    ("programme.submit_make_up", "提交补学", "提交补学"),
    ("programme.check_make_up", "核对补学", "核对补学"),
    ("programme.remind", "提醒", "发出提醒"),
)
