"""Codes of the contributions room with their Chinese words (product.md §3.1, §3.2)."""

from django.db import models


class Level(models.TextChoices):
    """级别 of an outlet, of an endorsement; from the highest down."""

    NATIONAL = "national", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    COUNTY = "county", "县区级"
    INTERNAL = "internal", "内部"


class Medium(models.TextChoices):
    NEWSPAPER = "newspaper", "报纸"
    JOURNAL = "journal", "期刊"
    RADIO = "radio", "电台"
    TELEVISION = "television", "电视台"
    WEBSITE = "website", "网站"
    WECHAT = "wechat", "微信"
    WEIBO = "weibo", "微博"
    APP = "app", "客户端"
    BULLETIN = "bulletin", "简报内刊"


TIMED = frozenset({Medium.RADIO, Medium.TELEVISION})  # their length is in seconds, that of all others in characters


class WeightClass(models.TextChoices):
    """权重类别: what an office calls its classes of outlets; rules give them their points."""

    FIRST = "first", "甲类"
    SECOND = "second", "乙类"
    THIRD = "third", "丙类"
    NONE = "none", "不分类"


class Genre(models.TextChoices):
    NEWS = "news", "消息"
    FEATURE = "feature", "通讯"
    PICTURE = "picture", "图片"
    VIDEO = "video", "视频"
    COMMENT = "comment", "评论"
    THEORY = "theory", "理论"
    EXPERIENCE = "experience", "经验做法"
    RESEARCH = "research", "调研"


class ArticleState(models.TextChoices):
    DRAFT = "draft", "拟稿"
    SECTION = "section", "科室审"
    OFFICE = "office", "宣传科审"
    SENT = "sent", "投出"
    ADOPTED = "adopted", "采用"
    UNUSED = "unused", "未用"
    RETURNED = "returned", "退回"


WRITABLE = (ArticleState.DRAFT, ArticleState.RETURNED)
REPORTED = (ArticleState.OFFICE, ArticleState.SENT, ArticleState.ADOPTED, ArticleState.UNUSED)  # the office has it or had it


class Reason(models.TextChoices):
    """Why a piece was given back or not used: chosen from this list, shown to its author (§2.3, R61)."""

    STALE = "stale", "时效已过"
    REPEATED = "repeated", "与已报送的重复"
    NO_NEWS = "no_news", "新闻性不强"
    FACTS = "facts", "事实或数据需要核实"
    WORDING = "wording", "文字需要修改"
    PICTURES = "pictures", "缺图片或图片说明"
    SECRECY = "secrecy", "涉密或不宜公开"
    NO_OUTLET = "no_outlet", "没有合适的媒体"
    OUTLET_REFUSED = "outlet_refused", "媒体未采用"
    OTHER = "other", "其他"


class Step(models.TextChoices):
    """What happened to an article, as its history says it."""

    HAND_IN = "hand_in", "提交"
    PASS = "pass", "科室审核通过"
    RETURN = "return", "退回"
    SEND = "send", "投出"
    ADOPT = "adopt", "采用"
    SET_ASIDE = "set_aside", "未用"
    TAKE_BACK = "take_back", "撤回"
    REGISTER = "register", "登记"
    REMOVE_PLACEMENT = "remove_placement", "删去采用"


class Position(models.TextChoices):
    ORDINARY = "ordinary", "一般位置"
    FRONT_PAGE = "front_page", "头版"
    HEADLINE = "headline", "头条"
    EAR = "ear", "报眼"
    MAIN_NEWS = "main_news", "新闻联播等主要节目"


class EventKind(models.TextChoices):
    """Other creditable events (§3.1)."""

    ENDORSEMENT = "endorsement", "领导批示"
    COMMISSION = "commission", "约稿完成"
    SPECIAL_REPORT = "special_report", "信息专报"
    LATE = "late", "迟报漏报"


class FileKind(models.TextChoices):
    PICTURE = "picture", "图片"
    DOCUMENT = "document", "文件"


class ProofKind(models.TextChoices):
    TEXT = "text", "文字存档"
    PICTURE = "picture", "图片"
    PDF = "pdf", "PDF"


class RuleSetState(models.TextChoices):
    DRAFT = "draft", "草案"
    ACTIVE = "active", "已启用"


class Effect(models.TextChoices):
    """What a rule line does to a record it matches: the first `points` line in order gives its points, every `bonus` line adds, every
    `multiplier` line multiplies."""

    POINTS = "points", "计分"
    BONUS = "bonus", "加分"
    MULTIPLIER = "multiplier", "乘以系数"


class Dedupe(models.TextChoices):
    """What of an article that was used several times is credited (就高不重复 and its relatives); records go by publication date."""

    EVERY = "every", "每次都计"
    HIGHEST = "highest", "一稿只计最高一次"
    PER_MEDIUM = "per_medium", "每种媒体类别只计最高一次"
    PER_LEVEL = "per_level", "每个级别只计最高一次"
    NTH = "nth", "第二次起按比例计"


class Share(models.TextChoices):
    EQUAL = "equal", "平均分"
    BY_ORDER = "by_order", "按署名顺序"
    STATED = "stated", "按写明的比例"
    FULL = "full", "各计全分"


class Originality(models.TextChoices):
    ORIGINAL = "original", "首发"
    REPRINT = "reprint", "转载"


class Picture(models.TextChoices):
    WITH = "with", "有图"
    WITHOUT = "without", "无图"


class CapPer(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    YEAR = "year", "每年"


class QuotaPer(models.TextChoices):
    MONTH = "month", "每月"
    YEAR = "year", "每年"


class QuotaCounts(models.TextChoices):
    SUBMITTED = "submitted", "报送篇数"
    ADOPTED = "adopted", "采用篇数"


class Holder(models.TextChoices):
    """Whose a share is."""

    DEPARTMENT = "department", "科室（单位）"
    PERSON = "person", "个人"


class BulletinKind(models.TextChoices):
    HALF_YEAR = "half_year", "半年汇总"
    RANKING = "ranking", "年终投稿使用情况排名"


class ResearchState(models.TextChoices):
    DECLARED = "declared", "已申报选题"
    RETURNED = "returned", "选题退回"
    APPROVED = "approved", "选题已批准"
    HANDED_IN = "handed_in", "报告已提交"
    WITHDRAWN = "withdrawn", "已撤回"


class OutcomeKind(models.TextChoices):
    """What came of a report (R14, §3.2)."""

    SENT_UP = "sent_up", "上推"
    PUBLISHED = "published", "发表"
    ENDORSED = "endorsed", "领导批示"
    CONVERTED = "converted", "转化为文件或措施"
