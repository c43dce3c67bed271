"""Models from the Hugging Face hub: found in its cache, else downloaded at one revision,
safetensors and JSON only.

Whether the hub can be reached is found out before it is asked, so that a machine without a network
says so at once.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from gptviz.errors import ModelMissing, ModelRefused
from gptviz.models.checkpoint import shards
from gptviz.models.references import KNOWN
from gptviz.models.tokenization import tokenizer_files

#: What a model needs; nothing else of a repository is fetched, and nothing that can run code.
FILES = (
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "model.safetensors",
    "model-*.safetensors",
    "model.safetensors.index.json",
)
PATIENCE = 1.2  # seconds in which a hub that can be reached answers


def fetch(repository: str, revision: str | None, *, offline: bool = False) -> Path:
    """The folder of a repository at a revision (None: the newest), from the cache or from the hub,
    progress shown.

    Raises ModelMissing, in under two seconds, where it is not cached and the hub cannot be reached;
    ModelMissing also for a repository or a revision that the hub does not have, ModelRefused for
    one without safetensors.
    """
    import huggingface_hub  # noqa: PLC0415
    from huggingface_hub import constants, errors  # noqa: PLC0415
    from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415

    cached = in_cache(repository, revision)
    if cached:
        return cached
    name = f"{repository}@{revision[:7]}" if revision else repository
    if offline or constants.HF_HUB_OFFLINE:
        raise _missing(name, "downloads are switched off")
    if not reachable(constants.ENDPOINT):
        raise _missing(name, f"{urlsplit(constants.ENDPOINT).hostname} cannot be reached")
    if not sys.stderr.isatty():
        disable_progress_bars()
    try:
        folder = Path(
            huggingface_hub.snapshot_download(
                repository, revision=revision, allow_patterns=list(FILES), etag_timeout=5
            )
        )
    except (errors.RepositoryNotFoundError, errors.RevisionNotFoundError) as error:
        raise ModelMissing(
            f"the hub has no {name}",
            str(error).strip().splitlines()[0],
            "check the id and the revision; a private model needs `hf auth login`",
        ) from error
    except (errors.HfHubHTTPError, errors.LocalEntryNotFoundError, OSError) as error:
        raise _missing(name, str(error).strip().splitlines()[0]) from error
    if not complete(folder):
        held = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise ModelRefused(
            f"{name} lacks a config.json, a tokenizer or weights as safetensors",
            f"of the files that gptviz reads it has {held}",
            "convert it where you trust it, with save_pretrained, and name the folder",
        )
    return folder


def in_cache(repository: str, revision: str | None) -> Path | None:
    """The folder in the hub's own cache where a revision lies whole, or None. Never touches the
    network."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415

    short = next((short for short, known in KNOWN.items() if known.repository == repository), None)
    for name in (
        repository,
        short,
    ):  # "gpt2" is what "openai-community/gpt2" was called; caches have either
        found = name and try_to_load_from_cache(name, "config.json", revision=revision)
        if isinstance(found, str) and complete(Path(found).parent):
            return Path(found).parent
    return None


def complete(folder: Path) -> bool:
    """Whether a folder holds a config, a tokenizer, and every file of the weights."""
    index = folder / "model.safetensors.index.json"
    if not (folder / "config.json").is_file() or not (
        tokenizer_files(folder) or (folder / "vocab.txt").is_file()
    ):
        return False
    if (folder / "model.safetensors").is_file() or not index.is_file():
        return (folder / "model.safetensors").is_file()
    return all((folder / name).is_file() for name in shards(index))


def reachable(endpoint: str) -> bool:
    """Whether a connection to the hub, or to the proxy on the way to it, opens within
    :data:`PATIENCE` seconds."""
    target = urlsplit(endpoint)
    proxies = urllib.request.getproxies()
    if target.scheme in proxies and not urllib.request.proxy_bypass(target.hostname or ""):
        proxy = proxies[target.scheme]
        target = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    port = target.port or (443 if target.scheme == "https" else 80)
    opened = threading.Event()

    def knock() -> None:
        try:
            socket.create_connection((target.hostname or "", port), timeout=PATIENCE).close()
        except OSError:
            return
        opened.set()

    # A thread, for the look-up of a name has no limit of its own and can hang for many seconds.
    thread = threading.Thread(target=knock, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return opened.is_set()


def _missing(name: str, why: str) -> ModelMissing:
    from huggingface_hub import constants  # noqa: PLC0415

    cache = constants.HF_HUB_CACHE.replace(os.path.expanduser("~"), "~", 1)
    return ModelMissing(
        f"{name} is not on this machine and cannot be fetched",
        f"{why}, and it is not in {cache}",
        "fetch it once with a network, name a folder that holds it, or take mini, which needs none",
    )
