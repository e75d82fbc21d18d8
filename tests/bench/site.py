"""A site of as many pages as asked for, written in bulk: one row of each table for each document, no revision, no signal."""

import datetime
import io
import random
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils import timezone
from PIL import Image
from wagtail.models import Locale, Page, PageViewRestriction
from wagtail.rich_text import RichText

from cms.files.services import store_document, store_image
from learning.models import ArticleAttachment, ArticlePage, Department, RelatedPage, StudyMaterialPage, Topic
from learning.topics.areas import ContentArea
from tests.factories.organisation import DepartmentFactory
from tests.factories.pages import make_article, make_column, make_site

from . import corpus
from .measuring import patient_database

BATCH = 500
SMALL = 20
YEARS = 10  # within which the articles' dates lie
CLOSED_EVERY = 100  # one page in a hundred is for staff only, as every lecture record is


@dataclass(frozen=True, slots=True)
class BenchSite:
    columns: dict[int, object]  # by how many documents each holds
    texts: dict[int, str]  # of the documents, by the key of the page


def build_site(size: int) -> BenchSite:
    """A home page with a column of 20, one of 2,000 (a tenth of a smaller site) and one of `size` articles."""
    home = make_site()
    departments = [DepartmentFactory(name=f"第{number}科") for number in range(1, 9)]
    columns, texts = {}, {}
    for number in dict.fromkeys((SMALL, max(SMALL, min(2_000, size // 10)), size)):
        columns[number] = make_column(home, f"{number} 篇的栏目", f"column-{number}")
        first = 0 if number == size else size + number
        texts |= fill_column(columns[number], range(first, first + number), departments)
    return BenchSite(columns, texts)


def fill_column(column, numbers: range, departments: list[Department]) -> dict[int, str]:
    """The documents of these numbers as pages below `column`; their texts by the pages' keys."""
    texts = {}
    chance = random.Random(f"{corpus.SEED}:{column.slug}")
    locale, now = Locale.get_default(), timezone.now()
    home_path = column.url_path
    proto = StudyMaterialPage(title="原型", slug="proto")
    positions = iter(range(1, len(numbers) + 1))
    with transaction.atomic():
        for begin in range(0, len(numbers), BATCH):
            documents = [corpus.document(number) for number in numbers[begin : begin + BATCH]]
            facts = [_facts(document, chance, departments, now) for document in documents]
            pages = Page.objects.bulk_create(
                Page(
                    path=Page._get_path(column.path, column.depth + 1, next(positions)),
                    depth=column.depth + 1,
                    title=document.title,
                    draft_title=document.title,
                    slug=f"d{document.number}",
                    url_path=f"{home_path}d{document.number}/",
                    content_type=proto.content_type,
                    locale=locale,
                    live=True,
                    first_published_at=fact["shown_at"],
                    last_published_at=fact["shown_at"],
                    latest_revision_created_at=fact["shown_at"],
                )
                for document, fact in zip(documents, facts, strict=True)
            )
            articles = [
                StudyMaterialPage(page_ptr_id=page.pk, articlepage_ptr_id=page.pk, author=document.author, **fact)
                for page, document, fact in zip(pages, documents, facts, strict=True)
            ]
            for model in (ArticlePage, StudyMaterialPage):
                # What Model.save() does for each table, for all at once: bulk_create refuses models of several tables.
                model._base_manager._insert(articles, fields=model._meta.local_concrete_fields, using="default")
            PageViewRestriction.objects.bulk_create(
                PageViewRestriction(page=page, restriction_type=PageViewRestriction.LOGIN)
                for page in pages[CLOSED_EVERY - 1 :: CLOSED_EVERY]
            )
            texts |= {page.pk: document.text for page, document in zip(pages, documents, strict=True)}
        Page.objects.filter(pk=column.pk).update(numchild=len(numbers))
    return texts


def _facts(document: corpus.Document, chance: random.Random, departments, now) -> dict:
    return {
        "summary": document.summary,
        "source": document.source,
        "shown_at": (now - datetime.timedelta(minutes=chance.randrange(YEARS * 365 * 24 * 60))).replace(second=0, microsecond=0),
        "department": chance.choice(departments),
        "area": chance.choice(ContentArea.values),
        "body": [_block(kind, text) for kind, text in document.blocks],
    }


def _block(kind: str, text: str):
    return (kind, {"text": text, "level": "h2"}) if kind == "heading" else (kind, RichText(f"<p>{text}</p>"))


def add_complete_article(column, *, related: list, with_links_and_pictures: bool = False) -> StudyMaterialPage:
    """One more article in `column`, halfway through its dates, with all an article can have: attachments, related pages, topics,
    update notes and every kind of block. It is no document of the corpus: the search part does not know it.
    """
    document = corpus.document(0)
    body = [_block(kind, text) for kind, text in document.blocks]
    body += [
        ("title", "学习计划表"),
        ("table", {"data": [[f"{row} 行 {column} 列" for column in range(5)] for row in range(10)], "first_row_is_table_header": True}),
        ("quote", {"text": "读书之法，在循序而渐进，熟读而精思。", "source": "摘抄"}),
        ("signature", {"name": "机关党委", "date": "2026年4月15日"}),
    ]
    if with_links_and_pictures:
        links = "".join(f'<a linktype="page" id="{other.pk}">{other.title}</a>，' for other in related)
        body.append(("paragraph", RichText(f"<p>另见{links}。</p>")))
        body += [("figure", {"image": _picture(shade), "alt_text": "图", "caption": "图注"}) for shade in (60, 180)]
    article = make_article(
        column,
        document.title,
        days_ago=YEARS * 365 // 2,
        summary=document.summary,
        source=document.source,
        author="教研室",
        department=Department.objects.first(),
        area=ContentArea.PROFESSIONAL,
        body=body,
        update_notes=[("note", {"noted_on": datetime.date(2026, 5, day), "text": f"第{day}次更正"}) for day in (1, 2)],
    )
    page = article.get_latest_revision_as_object()
    page.topics = [Topic.objects.get_or_create(area=ContentArea.PROFESSIONAL, name=f"专题{at}")[0] for at in range(3)]
    page.attachments = [ArticleAttachment(document=_file(f"附件{at}"), sort_order=at) for at in range(3)]
    page.related_pages = [RelatedPage(related_id=other.pk, sort_order=order) for order, other in enumerate(related)]
    page.save_revision().publish()
    return StudyMaterialPage.objects.get(pk=page.pk)


def _file(title: str):
    return store_document(data=title.encode(), title=title, name=f"{title}.txt")


def _picture(shade: int):
    stream = io.BytesIO()
    Image.new("L", (1600, 900), shade).save(stream, "PNG")
    return store_image(data=stream.getvalue(), title=f"图{shade}", name=f"{shade}")


def refresh_statistics() -> None:
    """What autovacuum does by itself within minutes; SQLite keeps no statistics unless told, and production does not tell it."""
    if connection.vendor == "postgresql":
        with patient_database(), connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")
