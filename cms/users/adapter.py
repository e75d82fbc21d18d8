from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the administrator, never by whoever finds a sign-up form."""

    def is_open_for_signup(self, request):
        return False
