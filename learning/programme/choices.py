"""The words of the programme; stored as codes, shown in Chinese."""

from django.db import models


class Audience(models.TextChoices):
    EVERYBODY = "everybody", "全体人员"
    PARTY_MEMBERS = "party_members", "党员"
    LEADERSHIP = "leadership", "班子成员"
    HEADS = "heads", "科室（单位）负责人"


class SessionKind(models.TextChoices):
    COLLECTIVE = "collective", "集中学习"
    CORE_GROUP = "core_group", "党组理论学习中心组"
    MEMBERS_MEETING = "members_meeting", "支部党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    PARTY_LECTURE = "party_lecture", "党课"
    PARTY_DAY = "party_day", "主题党日"
    MORALITY_HALL = "morality_hall", "道德大讲堂"
    EXPERT_LECTURE = "expert_lecture", "专家辅导讲座"
    TRAINING = "training", "业务知识培训"
    INTEGRITY = "integrity", "廉政警示教育"
    CASE_CIRCULAR = "case_circular", "案件情况通报"
    CIVIC_PRACTICE = "civic_practice", "文明实践活动"
    READING_EXCHANGE = "reading_exchange", "读书交流"
    TEST = "test", "理论知识测试"
    OTHER = "other", "其他"


class Window(models.TextChoices):
    """Which part of its period a requirement is to be met in."""

    WHOLE = "whole", "整个周期"
    LAST_MONTH = "last_month", "周期最后一个月"
    BEFORE_JULY = "before_july", "七一前（至 6 月 30 日 24 时）"
    FIRST_QUARTER = "first_quarter", "第一季度内（至 3 月 31 日）"


class OnHoliday(models.TextChoices):
    """What becomes of a planned day that is a public holiday (A11)."""

    MOVE = "move", "顺延到下一个工作日"
    CANCEL = "cancel", "取消这一次"


class Use(models.TextChoices):
    """What a figure may be used for; the two presets differ in little else."""

    DISPLAY = "display", "仅展示"
    BULLETIN = "bulletin", "通报"
    ASSESSMENT = "assessment", "计入考核"


class Measure(models.TextChoices):
    """What is counted. `Caution` holds what later rules say about counting it."""

    SESSIONS = "sessions", "活动次数"
    NOTES = "notes", "笔记、心得篇数"
    SCORES = "scores", "平台积分、学时、在线时长"
    RANKING = "ranking", "评比、排名"
    MEDIA = "media", "新闻稿件数"
    RESEARCH = "research", "调研报告数"
    TESTS = "tests", "知识测试"
    RECORDS = "records", "台账、展示材料"


class SessionState(models.TextChoices):
    PLANNED = "planned", "计划"
    NOTIFIED = "notified", "已通知"
    HELD = "held", "已举行"
    POSTPONED = "postponed", "顺延"
    CANCELLED = "cancelled", "取消"


class AttendanceStatus(models.TextChoices):
    PRESENT = "present", "到会"
    LATE = "late", "迟到"
    LEFT_EARLY = "left_early", "早退"
    ONLINE = "online", "线上"
    DUTY = "duty", "公差"
    SICK = "sick", "病假"
    PERSONAL = "personal", "事假"
    HOLIDAY = "holiday", "休假"
    ABSENT = "absent", "缺席"
    UNRECORDED = "unrecorded", "未登记"


LEAVE_STATUSES = (AttendanceStatus.DUTY, AttendanceStatus.SICK, AttendanceStatus.PERSONAL, AttendanceStatus.HOLIDAY)
# The numerator of 出勤率; 早退 was there, but did not attend (product.md §3.4).
ATTENDED_STATUSES = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.ONLINE)
THERE_STATUSES = (*ATTENDED_STATUSES, AttendanceStatus.LEFT_EARLY)  # 实到
# Whoever missed it makes it up.
MISSED_STATUSES = (*LEAVE_STATUSES, AttendanceStatus.ABSENT)


class LeaveKind(models.TextChoices):
    DUTY = "duty", "公差"
    SICK = "sick", "病假"
    PERSONAL = "personal", "事假"
    HOLIDAY = "holiday", "休假"


class LeaveState(models.TextChoices):
    WAITING = "waiting", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class MakeUpState(models.TextChoices):
    OPEN = "open", "待补学"
    SUBMITTED = "submitted", "待核对"
    RETURNED = "returned", "退回重写"
    ACCEPTED = "accepted", "已补学"
    CLOSED = "closed", "不需补学"


class RecordedBy(models.TextChoices):
    """How an attendance came to be known."""

    ROLL = "roll", "点名"
    CODE = "code", "扫码"
    PAPER = "paper", "纸面"
    LEAVE = "leave", "请假"
    CORRECTION = "correction", "更正"


class FileKind(models.TextChoices):
    PHOTO = "photo", "照片"
    SIGN_IN_SHEET = "sign_in_sheet", "签到表扫描件"
    MINUTES = "minutes", "会议记录、发言提纲"
    OTHER = "other", "其他"
