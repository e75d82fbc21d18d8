"""Accounts of the people of the sample site whom no printed account stands for."""

from django.contrib.auth.models import Group

from cms.users.models import User


def give_accounts(staff) -> None:
    """Whoever writes, judges or reviews needs an account; nobody can sign in to these. `staff`: number → person."""
    group = Group.objects.get(name="职工")
    for person in staff.values():
        if person.user_id is None:
            user = User(username=f"zg{person.employee_number}", display_name=person.name)
            user.set_unusable_password()
            user.save()
            user.groups.add(group)
            person.user = user
            person.save(update_fields=["user"])
