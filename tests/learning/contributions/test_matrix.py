from learning.contributions.matrix import matrix_of
from learning.models import OutletGrade
from tests.factories.contributions import MediaArticleFactory, OutletFactory, PlacementFactory
from tests.standing import standing

from .counted import TODAY, YEAR, day, make_counted, more_placements, period


def found(chosen=YEAR):
    return matrix_of(chosen, uses=chosen.uses, today=TODAY)


@standing()
def counted():
    return make_counted()


class TestMatrixOf:
    def test_counts_uses_and_points_of_each_outlet_and_department(self, counted):
        matrix = found()
        assert [column.name for column in matrix.columns] == ["基础教育科", "办公室"]
        assert [(row.name, [(cell.number, cell.points_text) for cell in row.cells]) for row in matrix.rows] == [
            ("某省报", [(1, "10"), (0, "0")]),
            ("某日报", [(2, "7.5"), (1, "2.5")]),
        ]

    def test_sums_rows_and_columns_to_the_same(self, counted):
        more_placements(counted, 5)
        matrix = found()
        assert (
            sum(row.total.number for row in matrix.rows)
            == sum(column.total.number for column in matrix.columns)
            == matrix.total.number
            == 9
        )
        assert sum(row.total.points for row in matrix.rows) == matrix.total.points == 45
        assert (matrix.placements, matrix.counts_some_twice) == (8, True)

    def test_leaves_out_outlets_that_used_nothing(self, counted):
        OutletFactory()
        assert [row.name for row in found(period("2026-04")).rows] == ["某省报"]

    def test_prints_the_weight_that_the_rules_give(self, counted):
        province, city = found().rows
        assert (province.weight, province.giving, province.level_label, province.class_label) == (10, "province 级", "省级", "甲类")
        assert (city.weight_text, city.class_label) == ("5", "")

    def test_prints_no_weight_without_rules(self, counted):
        counted.rules.state = "draft"
        counted.rules.save()
        assert (found().rows[0].weight, found().rows[0].weight_text, found().rules) == (None, "—", None)

    def test_grades_outlets_on_the_last_day(self, counted):
        OutletGrade.objects.create(outlet=counted.city, level="county", since=day("08-01"))
        assert found().rows[1].level == "county"
        assert found(period("2026-07")).rows[0].level == "city"

    def test_has_a_column_for_what_is_of_no_department(self, counted):
        PlacementFactory(article=MediaArticleFactory(by_departments=[], state="adopted"), outlet=counted.city, published_on=day("03-09"))
        column = found().columns[-1]
        assert (column.key, column.name, column.total.number) == (None, "未写明科室", 1)

    def test_takes_the_same_statements_however_much_there_is(self, counted, django_assert_num_queries):
        with django_assert_num_queries(7):
            found()
        more_placements(counted, 9)
        PlacementFactory(article=counted.alone)
        with django_assert_num_queries(7):
            found()
