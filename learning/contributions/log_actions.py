"""What the contributions room writes into the audit log: (action, label, message)."""

LOG_ACTIONS = (
    ("contributions.move_article", "稿件流转", "稿件有新的经过"),
    ("contributions.discard_article", "删去草稿", "删去了稿件草稿"),
    ("contributions.save_placement", "登记采用", "登记或修改了采用"),
    ("contributions.remove_placement", "删去采用", "删去了采用"),
    ("contributions.save_event", "登记计分事项", "登记了其他计分事项"),
    ("contributions.remove_event", "删去计分事项", "删去了其他计分事项"),
    ("contributions.save_outlet", "维护媒体", "修改了媒体"),
    ("contributions.save_rules", "维护计分规则", "修改了计分规则"),
    ("contributions.activate_rules", "启用计分规则", "启用了计分规则"),
    ("contributions.recalculate", "重算", "重算了分数"),
    ("contributions.call", "约稿", "发出或结束了约稿"),
    ("contributions.bulletin", "生成通报", "生成了新闻宣传通报"),
    ("contributions.research", "调研报告", "调研报告有新的经过"),
    ("contributions.research_judging", "调研评审", "优质调研报告评审有新的经过"),
)
