from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery


def in_force_on(day, *, prefix=""):
    """Condition: a row with `started_on`/`ended_on` (both days included, open end allowed) holds on `day`."""
    return Q(**{f"{prefix}started_on__lte": day}) & (Q(**{f"{prefix}ended_on__isnull": True}) | Q(**{f"{prefix}ended_on__gte": day}))


class DatedQuerySet(models.QuerySet):
    def on(self, day):
        return self.filter(in_force_on(day))

    def overlapping(self, started_on, ended_on):
        """Rows that share at least one day with [started_on, ended_on]; `ended_on=None` is an open end."""
        rows = self.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=started_on))
        return rows if ended_on is None else rows.filter(started_on__lte=ended_on)


class DepartmentQuerySet(models.QuerySet):
    def open_on(self, day):
        return self.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=day))

    def within(self, department):
        """`department` and everything below it; the tree has at most four levels (`Department.MAX_DEPTH`)."""
        pk = department.pk
        return self.filter(Q(pk=pk) | Q(parent=pk) | Q(parent__parent=pk) | Q(parent__parent__parent=pk))


class PostingQuerySet(DatedQuerySet):
    def primary(self):
        return self.filter(is_primary=True)

    def heads(self):
        return self.filter(is_head=True)


class BranchMembershipQuerySet(DatedQuerySet):
    pass


class AbsenceQuerySet(DatedQuerySet):
    pass


class LeadingGroupOfficeQuerySet(DatedQuerySet):
    pass


class StaffMemberQuerySet(models.QuerySet):
    def _with_posting(self, condition):
        posting = self.model._meta.get_field("postings").related_model
        return self.filter(Exists(posting.objects.filter(condition, staff=OuterRef("pk"))))

    def employed_on(self, day):
        """People with any posting on `day` who have not left before it."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=day))._with_posting(in_force_on(day))

    def in_department(self, department, day):
        """People whose primary posting on `day` is in `department` itself (not below it)."""
        return self._with_posting(in_force_on(day) & Q(is_primary=True, department=department))

    def with_department_on(self, day):
        """Annotate `department_on` (its key) and `department_name_on`: where each person's primary posting is on `day`, None where there is none."""
        posting = self.model._meta.get_field("postings").related_model
        primary = posting.objects.on(day).primary().filter(staff=OuterRef("pk")).order_by("-started_on", "-pk")
        return self.annotate(
            department_on=Subquery(primary.values("department")[:1]), department_name_on=Subquery(primary.values("department__name")[:1])
        )

    def heads_on(self, day):
        return self._with_posting(in_force_on(day) & Q(is_head=True))

    def heading_on(self, day, *, kinds):
        """People who head a department of one of `kinds` on `day`."""
        return self._with_posting(in_force_on(day) & Q(is_head=True, department__kind__in=kinds))

    def leaders_on(self, day):
        """班子成员: whoever leads the leading group or is deputy in it on `day`."""
        office = self.model._meta.get_field("leading_offices").related_model
        return self.filter(Exists(office.objects.on(day).filter(role__in=["leader", "deputy"], staff=OuterRef("pk"))))

    def in_branch(self, branch, day):
        membership = self.model._meta.get_field("branch_memberships").related_model
        return self.filter(Exists(membership.objects.on(day).filter(staff=OuterRef("pk"), branch=branch)))

    def posted_within(self, departments, day):
        """People whose primary posting on `day` is in one of `departments`."""
        return self._with_posting(in_force_on(day) & Q(is_primary=True, department__in=departments))

    def in_department_kinds(self, kinds, day):
        """People whose primary posting on `day` is in a department of one of `kinds`."""
        return self._with_posting(in_force_on(day) & Q(is_primary=True, department__kind__in=kinds))

    def party_members_on(self, day):
        membership = self.model._meta.get_field("branch_memberships").related_model
        return self.filter(Exists(membership.objects.on(day).filter(staff=OuterRef("pk"))))

    def named(self, name):
        return self.filter(name=name)
