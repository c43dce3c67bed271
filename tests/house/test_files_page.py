"""docs/files.md says what happens to the files that people have."""

from __future__ import annotations

import pytest

from tests.files_corpus import PAGE, page


# gensim leaves a file open that it refuses.
@pytest.mark.filterwarnings("ignore:.*BufferedReader:ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
def test_the_page_says_what_happens() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.files_corpus"
