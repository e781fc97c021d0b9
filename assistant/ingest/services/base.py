"""What a service of papers is: where it is, how long it wants to be left alone, and whose answers its own are."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.domain.errors import UsageError
from assistant.models.openai.address import is_this_machine, redact_address


@dataclass(frozen=True, slots=True)
class Service:
    """One service, and the etiquette that it asks for."""

    name: str
    """As it is typed, such as `arxiv`."""
    source: str
    """As the source of a listing, such as `arxiv.org`."""
    address: str
    variable: str
    """The variable of the environment that names another address, such as that of a mirror."""
    pause: float
    """Seconds between two requests."""
    key_variable: str = ""
    """The variable with the user's own key, where the service gives any; it goes nowhere but to the service."""
    key_header: str = ""

    def base(self, environment: Mapping[str, str]) -> str:
        """Its address, without a slash at the end; raises `UsageError` for one that is not https, but for this
        machine's."""
        address = (environment.get(self.variable) or self.address).strip().rstrip("/")
        try:
            parts = urlsplit(address)
            is_sound = (
                bool(parts.hostname) and parts.port != 0 and not (parts.username or parts.query or parts.fragment)
            )
        except ValueError:
            is_sound = False
        if is_sound and (parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(address))):
            return address
        shown = redact_address(address)
        cure = "name one that begins with https://, without a user, a query or a fragment"
        raise UsageError(f"{self.variable} is not the address of a service: {shown[:200]}", cure=cure)

    def is_local(self, environment: Mapping[str, str]) -> bool:
        """Whether its address is of this machine: then nobody else has to be spared."""
        return is_this_machine(self.base(environment))


# arXiv asks for one request in three seconds (https://info.arxiv.org/help/api/tou.html); Semantic Scholar gives one a
# second with a key and shares one rate among all without; Crossref's polite pool bears ten a second.
ARXIV = Service("arxiv", "arxiv.org", "https://export.arxiv.org/api/query", "ASSISTANT_ARXIV_URL", 3.0)
DAILY_PAPERS = Service(
    "daily-papers",
    "huggingface.co/papers",
    "https://huggingface.co/api/daily_papers",
    "ASSISTANT_DAILY_PAPERS_URL",
    1.0,
)
CROSSREF = Service("crossref", "crossref.org", "https://api.crossref.org/works", "ASSISTANT_CROSSREF_URL", 0.5)
SEMANTIC_SCHOLAR = Service(
    "semantic-scholar",
    "semanticscholar.org",
    "https://api.semanticscholar.org/graph/v1/paper",
    "ASSISTANT_SEMANTIC_SCHOLAR_URL",
    1.1,
    "SEMANTIC_SCHOLAR_API_KEY",
    "x-api-key",
)
