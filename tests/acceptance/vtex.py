"""An application beside a VTEX of our own."""

from cryptography.fernet import Fernet
from pydantic import SecretStr

from kit.config import Settings
from tests.connectors.vtex.fake import Store


def anew(fake, shop):
    """A VTEX with this shop alone, that was asked nothing yet and answers everything."""
    fake.stores = {"chelseaio": Store(details=shop.details, documents=shop.documents)}
    fake.requests.clear()
    fake.plan = lambda number, path: None
    return fake


def settings_beside(fake, urls):
    """The settings of an application that fetches from it."""
    return Settings(
        database_url=SecretStr(urls.app),
        secret_key=SecretStr(Fernet.generate_key().decode()),
        vtex_base_url=fake.template,
        vtex_requests_per_minute=1e6,
    )
