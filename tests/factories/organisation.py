"""People and where they are, in the words of the domain."""

import datetime

import factory

from learning.models import BranchMembership, Department, LeadingGroup, LeadingGroupOffice, PartyBranch, Posting, StaffMember
from learning.organisation.names import sort_key

DAY = datetime.date(2024, 3, 1)


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"第{n}科")


class PartyBranchFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PartyBranch

    name = factory.Sequence(lambda n: f"机关第{n}党支部")


class StaffMemberFactory(factory.django.DjangoModelFactory):
    """`posted_to=department` gives an open primary posting since `DAY`, `member_of=branch` an open membership."""

    class Meta:
        model = StaffMember
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"职工{chr(0x4E00 + n % 20_000)}")
    sort_key = factory.LazyAttribute(lambda person: sort_key(person.name))

    @factory.post_generation
    def posted_to(self, create, department, **extra):
        if department:
            PostingFactory(staff=self, department=department, **extra)

    @factory.post_generation
    def member_of(self, create, branch, **extra):
        if branch:
            BranchMembershipFactory(staff=self, branch=branch, **extra)


class PostingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Posting

    staff = factory.SubFactory(StaffMemberFactory)
    department = factory.SubFactory(DepartmentFactory)
    started_on = DAY


class BranchMembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BranchMembership

    staff = factory.SubFactory(StaffMemberFactory)
    branch = factory.SubFactory(PartyBranchFactory)
    started_on = DAY


class LeadingGroupFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LeadingGroup

    name = factory.Sequence(lambda n: f"领导小组{n}")


class LeadingGroupOfficeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LeadingGroupOffice

    group = factory.SubFactory(LeadingGroupFactory)
    staff = factory.SubFactory(StaffMemberFactory)
    role = LeadingGroupOffice.Role.MEMBER
    started_on = DAY
