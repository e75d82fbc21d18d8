import pytest


@pytest.fixture
def as_(client):
    """Signs in a user, or the user of a person, and gives the client."""

    def sign_in(person):
        client.force_login(getattr(person, "user", person))
        return client

    return sign_in
