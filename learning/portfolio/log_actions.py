"""What the portfolio writes into the audit log: (action, label, message)."""

LOG_ACTIONS = (
    ("portfolio.plan", "学习规划", "学习规划有新的经过"),
    ("portfolio.statement", "述学", "提交或收回了述学报告"),
    ("portfolio.entry", "收获运用与成果", "登记、修改或删去了收获运用、学习成果"),
    ("portfolio.confirm", "确认五有档案", "确认或撤销确认了五有档案"),
    ("portfolio.lock", "锁定五有档案", "锁定了五有档案"),
    ("portfolio.reopen", "重开五有档案", "重开了五有档案"),
    ("portfolio.review", "评学", "评学有新的经过"),
    ("portfolio.inspection", "学习检查", "学习检查有新的经过"),
    ("portfolio.archive", "档案专卷", "生成或读回了档案"),
)
