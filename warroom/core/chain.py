"""The hash chain that makes a timeline tamper-evident.

    text digest   = sha256(salt ":" utf-8 text)                       hex
    entry hash n  = sha256(hash n-1 "\\n" canonical JSON of the entry)  hex;  hash 0 is 64 zeros

Canonical JSON is ASCII, keys sorted, no spaces. In an entry's body a kept text stands as {"$text": digest}; the text
and its salt lie beside it, so that removing a text changes no hash.
"""

import hashlib
import json
from typing import Any

START = "0" * 64


def canonical(value: Any) -> str:
    """The one way a JSON value is written here. NaN and infinities are refused with ValueError."""
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def text_digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}:".encode() + text.encode("utf-8", "surrogatepass")).hexdigest()


def entry_hash(before: str, entry: str) -> str:
    """`entry` is the canonical JSON of seq, at, occurred_at, by, type and body."""
    return hashlib.sha256(f"{before}\n{entry}".encode()).hexdigest()
