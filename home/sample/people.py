"""Departments, branches and people of the sample site. Every name is made up."""

DEPARTMENTS = {
    "section": ("办公室", "人事科", "思政科", "宣传科", "基础教育科", "职业教育科", "财务科", "安全科", "机关党委", "驻局纪检监察组"),
    "unit": ("教育考试中心", "教研室", "电化教育馆", "示范幼儿园"),
}
BUREAU = "示范市教育局"
BRANCHES = ("机关第一党支部", "机关第二党支部", "直属单位党支部")

# name, number, department, title, is head, branch (index) or None, party role
PEOPLE = (
    ("顾长河", "0001", "办公室", "局长", False, 0, "member"),
    ("林启明", "0002", "机关党委", "副局长", False, 0, "member"),
    ("沈一舟", "0003", "机关党委", "专职副书记", True, 0, "secretary"),
    ("梁静宜", "0011", "办公室", "主任", True, 0, "committee"),
    ("丁晓禾", "0012", "办公室", "一级科员", False, 0, "member"),
    ("陶思远", "0013", "办公室", "文秘", False, None, None),
    ("单雪晴", "0021", "人事科", "科长", True, 0, "member"),
    ("方景行", "0022", "人事科", "四级主任科员", False, 1, "member"),
    ("曾书言", "0031", "思政科", "科长", True, 1, "secretary"),
    ("叶知秋", "0032", "思政科", "一级科员", False, 1, "member"),
    ("罗维安", "0041", "宣传科", "科长", True, 1, "committee"),
    ("徐明朗", "0042", "宣传科", "一级科员", False, None, None),
    ("唐可心", "0051", "基础教育科", "科长", True, 1, "member"),
    ("白若兰", "0052", "基础教育科", "四级主任科员", False, 1, "member"),
    ("仇天佑", "0061", "职业教育科", "科长", True, 1, "member"),
    ("孟繁星", "0071", "财务科", "科长", True, 0, "member"),
    ("万家和", "0072", "财务科", "会计", False, None, None),
    ("解正则", "0081", "安全科", "科长", True, 1, "member"),
    ("郑守一", "0091", "驻局纪检监察组", "组长", True, 0, "member"),
    ("贺兰舟", "0101", "教育考试中心", "主任", True, 2, "secretary"),
    ("江一帆", "0102", "教育考试中心", "职员", False, 2, "member"),
    ("秦牧野", "0111", "教研室", "主任", True, 2, "committee"),
    ("苏念慈", "0112", "教研室", "教研员", False, 2, "member"),
    ("常青松", "0121", "电化教育馆", "馆长", True, 2, "member"),
    ("米小圆", "0131", "示范幼儿园", "园长", True, 2, "member"),
    ("李思齐", "0053", "基础教育科", "一级科员", False, None, None),
    ("李思齐", "0113", "教研室", "教研员", False, 2, "member"),
)

LEADING_GROUP = "学习型机关建设领导小组"
OFFICES = (
    ("leader", "0001", "局长"),
    ("deputy", "0002", "副局长"),
    ("office_director", "0003", "机关党委专职副书记"),
    ("daily_work", "0011", "办公室主任"),
)

# user name, display name, staff number, groups, superuser
ACCOUNTS = (
    ("guanli", "网站管理员", "", (), True),
    ("bianji", "丁晓禾", "0012", ("编辑",), False),
    ("chushen", "叶知秋", "0032", ("初审员",), False),
    ("fushen", "梁静宜", "0011", ("复审员",), False),
    ("zhongshen", "沈一舟", "0003", ("终审员",), False),
    ("dangwei", "方景行", "0022", ("机关党委办事员",), False),
    ("juzhang", "顾长河", "0001", ("职工",), False),
    ("zhigong", "陶思远", "0013", ("职工",), False),
    ("xuanchuan", "徐明朗", "0042", ("宣传科",), False),
    ("kezhang", "唐可心", "0051", ("职工",), False),
)
SAMPLE_PASSWORD = "Yanshi-2026-zhanghao"  # noqa: S105 (sample sites only; the loader refuses production settings)
