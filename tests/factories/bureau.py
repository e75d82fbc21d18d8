"""A small bureau with everybody whom the programme tells apart, each with an account."""

import datetime
from dataclasses import dataclass

from django.contrib.auth.models import Permission

from learning.models import Department, LeadingGroupOffice, PartyBranch, StaffMember
from learning.programme.rights import Rights

from .organisation import (
    BranchMembershipFactory,
    DepartmentFactory,
    LeadingGroupFactory,
    LeadingGroupOfficeFactory,
    PartyBranchFactory,
    PostingFactory,
    StaffMemberFactory,
)
from .pages import make_user


@dataclass
class Bureau:
    office: Department
    other: Department
    branch: PartyBranch
    member: StaffMember  # of the office and the branch
    colleague: StaffMember  # the same
    head: StaffMember  # of the office
    other_head: StaffMember
    secretary: StaffMember  # of the branch
    leader: StaffMember  # 组长
    clerk: StaffMember


def rights_of(person: StaffMember, day: datetime.date) -> Rights:
    return Rights(type(person.user).objects.get(pk=person.user_id), day)


def make_bureau() -> Bureau:
    office, other = DepartmentFactory(name="办公室"), DepartmentFactory(name="人事科")
    branch = PartyBranchFactory(name="第一支部")

    def person(username, name, department, **posting):
        found = StaffMemberFactory(name=name, user=make_user(username, display_name=name))
        PostingFactory(staff=found, department=department, **posting)
        return found

    bureau = Bureau(
        office=office,
        other=other,
        branch=branch,
        member=person("zhigong", "陶思远", office),
        colleague=person("tongshi", "赵一鸣", office),
        head=person("kezhang", "梁静宜", office, is_head=True),
        other_head=person("renshi", "钱多", other, is_head=True),
        secretary=person("shuji", "沈一舟", other),
        leader=person("juzhang", "顾长河", DepartmentFactory(name="局领导", kind=Department.Kind.BUREAU)),
        clerk=person("dangwei", "方景行", other),
    )
    for one in (bureau.member, bureau.colleague):
        BranchMembershipFactory(staff=one, branch=branch)
    BranchMembershipFactory(staff=bureau.secretary, branch=branch, role="secretary")
    LeadingGroupOfficeFactory(staff=bureau.leader, group=LeadingGroupFactory(), role=LeadingGroupOffice.Role.LEADER)
    bureau.clerk.user.user_permissions.add(Permission.objects.get(codename="run_programme"))
    return bureau
