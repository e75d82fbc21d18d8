"""What the sample site has to read. Written for it; every person, figure and event is made up."""

from dataclasses import dataclass, field

from learning.topics.areas import ContentArea


@dataclass(frozen=True)
class Column:
    slug: str
    title: str
    intro: str


@dataclass(frozen=True)
class Article:
    """`body` is a list of lines: `## ` and `### ` begin headings, `> ` a quotation, `| ` a table row, the rest are paragraphs."""

    column: str
    slug: str
    title: str
    days_ago: int
    area: str
    department: str
    summary: str
    body: tuple[str, ...]
    source: str = ""
    topics: tuple[str, ...] = ()
    pinned_days: int = 0
    extra: dict = field(default_factory=dict)


COLUMNS = (
    Column("liangxueyizuo", "两学一做", "学党章党规、学系列讲话，做合格党员：方案、通知与进展。"),
    Column("tongzhigonggao", "通知公告", "学习安排、活动通知与公示。"),
    Column("xuexiziliao", "学习资料", "按五个内容领域整理的必读与选读。"),
    Column("jiangzuojilu", "讲座记录", "专家辅导、业务讲堂和警示教育的记录。"),
)

TOPICS = {
    ContentArea.PROFESSIONAL: (
        "学习本领",
        "政治领导本领",
        "改革创新本领",
        "科学发展本领",
        "依法执政本领",
        "群众工作本领",
        "狠抓落实本领",
        "驾驭风险本领",
        "学习应用教育政策法规",
        "语言文字表达",
        "协调沟通",
        "防控风险",
        "适应和运用新媒体",
    ),
    ContentArea.SCIENCE_AND_CULTURE: ("人文历史", "经济", "信息技术", "现代管理"),
    ContentArea.POLITICAL_THEORY: ("经典著作", "理论体系"),
    ContentArea.POLICY_AND_LAW: ("党章党规党纪", "国家法律法规", "教育政策"),
    ContentArea.CORE_VALUES: ("党史国史", "道德模范"),
}

NOTICES = (
    Article(
        "tongzhigonggao",
        "zhou-er-xuexi-anpai",
        "关于做好本月周二集中学习的通知",
        3,
        ContentArea.POLITICAL_THEORY,
        "机关党委",
        "本月四个周二下午的学习内容、主讲人和地点。",
        (
            "按照年度学习计划，现将本月周二下午集中学习安排通知如下。",
            "## 一、学习安排",
            "| 日期 | 内容 | 主讲 | 地点",
            "| 第一周 | 理论原著选读与交流 | 机关党委 | 二楼会议室",
            "| 第二周 | 支部主题党日 | 各支部书记 | 各支部活动室",
            "| 第三周 | 教育政策新规解读 | 办公室 | 二楼会议室",
            "| 第四周 | 读书交流 | 读书小组 | 图书阅览室",
            "## 二、有关要求",
            "### （一）按时参加",
            "因公因病不能到会的，请提前请假，会后按同样的材料补学。",
            "### （二）做好记录",
            "各支部指定一名记录人，会后三日内把记录交机关党委。",
        ),
        source="机关党委",
        pinned_days=20,
        extra={"recipients": "局机关各科室，局属各单位", "issuing_body": "机关党委", "composed_days_ago": 4},
    ),
    Article(
        "tongzhigonggao",
        "si-jidu-lilun-ceshi",
        "关于组织第四季度理论知识测试的通知",
        9,
        ContentArea.POLICY_AND_LAW,
        "思政科",
        "测试在季度最后一个月进行，范围为党章党规、相关法律法规和省情市情。",
        (
            "为检验学习效果，拟于本季度最后一个月组织理论知识测试。",
            "## 一、测试范围",
            "党章党规、政治理论、相关法律法规和省情、市情。",
            "## 二、测试方式",
            "在线作答，限时 60 分钟，60 分为合格；未合格的可补考一次。",
        ),
        source="思政科",
        extra={"recipients": "局机关各科室，局属各单位", "issuing_body": "思政科", "composed_days_ago": 10},
    ),
    Article(
        "tongzhigonggao",
        "tushu-shiyong",
        "图书阅览室更新图书与开放时间调整",
        23,
        ContentArea.SCIENCE_AND_CULTURE,
        "办公室",
        "新到图书 120 册，每天中午开放。",
        ("图书阅览室新到图书 120 册，已编目上架。", "自下周起，工作日 12:00 至 14:00 开放，凭工号借阅，每次两册，借期一个月。"),
        source="办公室",
    ),
)

MATERIALS = (
    Article(
        "xuexiziliao",
        "duyuanzhu-xue-yuanwen",
        "读原著、学原文、悟原理：怎样带着问题读一本书",
        2,
        ContentArea.POLITICAL_THEORY,
        "机关党委",
        "三个步骤：先问、再读、后写，附一张可以照着填的提纲。",
        (
            "读书最怕读过就忘。把问题放在前面，把工作放在旁边，一本书才能读进去、用得上。",
            "## 一、先问",
            "拿到一篇文章，先写下三个问题：它要解决什么，它怎样解决，它与我手头的工作有什么关系。",
            "## 二、再读",
            "第一遍通读，不做记号；第二遍在每一节旁边写一句话；第三遍只读做过记号的地方。",
            "> 学而不思则罔，思而不学则殆。 —— 《论语·为政》",
            "## 三、后写",
            "### （一）写提纲",
            "用自己的话写出全文的骨架，不超过一页。",
            "### （二）写联系",
            "写一件正在做的工作，说明读过之后打算怎样改。",
        ),
        source="机关党委学习资料组",
        topics=("经典著作",),
        extra={"author": "学习资料组"},
    ),
    Article(
        "xuexiziliao",
        "gongwen-xiezuo",
        "公文写作的十个常见毛病",
        6,
        ContentArea.PROFESSIONAL,
        "办公室",
        "从标题、主送到落款，逐项对照。",
        (
            "本文汇总了过去一年退改公文里最常见的十类问题，供各科室起草时对照。",
            "## 一、标题不完整",
            "标题应当写明发文机关、事由和文种，三者缺一不可。",
            "## 二、层次序号混用",
            "结构层次序数依次为“一、”“（一）”“1.”“（1）”。",
            "## 三、数字用法不统一",
            "年份写全四位，日期用阿拉伯数字，不编虚位。",
            "## 四、附件说明与附件不符",
            "正文里的附件名称须与所附文件一字不差。",
        ),
        source="办公室",
        topics=("语言文字表达",),
        extra={"author": "文秘组"},
    ),
    Article(
        "xuexiziliao",
        "geren-xinxi-baohu",
        "个人信息保护：机关工作人员应知应会",
        12,
        ContentArea.POLICY_AND_LAW,
        "人事科",
        "收集、使用、公开个人信息的五条边界。",
        (
            "处理个人信息，应当有明确、合理的目的，并限于实现目的的最小范围。",
            "## 一、能不收集的不收集",
            "登记表上不需要的栏目要删掉，身份证号不作为姓名之外的默认字段。",
            "## 二、公示前先想范围",
            "对外公示只写必要的信息；内部通报也要隐去与事项无关的内容。",
        ),
        source="人事科",
        topics=("国家法律法规",),
    ),
    Article(
        "xuexiziliao",
        "haoren-haoshi",
        "身边的榜样：三位同事的故事",
        18,
        ContentArea.CORE_VALUES,
        "基础教育科",
        "文明实践活动材料：平凡岗位上的坚守。",
        (
            "本季度文明实践活动收集了三则身边好人好事，现予刊发，供各支部学习讨论。",
            "## 一、二十年的值班记录",
            "他把每一次值班的电话都记在本子上，一共记满了四十一本。",
            "## 二、下乡路上的图书箱",
            "每次下乡，她都会带上一箱书，回来时箱子总是空的。",
        ),
        source="基础教育科",
        topics=("道德模范",),
    ),
    Article(
        "xuexiziliao",
        "biaoge-xiaolv",
        "表格处理提速：十五分钟学会数据透视",
        31,
        ContentArea.SCIENCE_AND_CULTURE,
        "办公室",
        "适合每月要做汇总表的同志，附练习说明。",
        (
            "每月汇总报表，用数据透视表只需三步：整理、插入、核对。",
            "## 一、整理",
            "第一行是表头，没有合并单元格，没有合计行。",
            "## 二、插入",
            "选中数据，插入透视表，把科室放在行，把数量放在值。",
            "## 三、核对",
            "把透视表的总计与原表的合计对一遍，一致才算完成。",
        ),
        topics=("信息技术",),
    ),
)

LECTURES = (
    Article(
        "jiangzuojilu",
        "xia-bannian-zhuanjia-jiangzuo",
        "下半年专家辅导讲座：沟通的艺术与压力管理",
        15,
        ContentArea.PROFESSIONAL,
        "机关党委",
        "邀请高校教师主讲，班子成员、机关党员干部和局属单位代表参加。",
        (
            "讲座分“听懂”“说清”“稳住”三个部分，主讲人结合窗口接待、信访答复和家长沟通的案例作了讲解。",
            "## 一、听懂",
            "先复述，再回应；复述对了，情绪就下来了一半。",
            "## 二、说清",
            "一次只说一件事，先说结论，再说理由，最后说下一步。",
            "## 三、稳住",
            "承认压力，拆小任务，给自己留出恢复的时间。",
        ),
        source="机关党委",
        topics=("协调沟通",),
        extra={
            "lecturers": (("吴清源", "某师范大学心理学院副教授"),),
            "place": "三楼报告厅",
            "host": "梁静宜",
            "recorder": "丁晓禾",
            "audience": "班子成员、机关党员干部、局属单位代表",
            "key_points": ("复述是最有效的安抚", "先结论、后理由、再下一步", "把大任务拆成今天能完成的一件"),
            "public": True,
        },
    ),
    Article(
        "jiangzuojilu",
        "san-jidu-lianzheng-jiaoyu",
        "第三季度廉政警示教育：专题党课记录",
        52,
        ContentArea.POLICY_AND_LAW,
        "驻局纪检监察组",
        "内部记录，登录后可读。",
        (
            "本次专题党课围绕廉洁从政的底线展开，结合通报案例进行了讨论。",
            "## 一、案例启示",
            "小事小节不设防，大事大节必失守。",
            "## 二、对照检查",
            "各科室对照权力清单，查找一个风险点，提出一条防控措施。",
        ),
        source="驻局纪检监察组",
        topics=("党章党规党纪",),
        extra={
            "lecturers": (("郑守一", "纪检监察组"),),
            "place": "二楼会议室",
            "host": "梁静宜",
            "recorder": "丁晓禾",
            "audience": "机关全体党员",
            "key_points": ("底线意识要落到流程里", "每个科室找出一个风险点"),
        },
    ),
)
