#!/usr/bin/env python3
"""Checks a JSON export of warroom without warroom: python3 verify_export.py FILE [ANNOUNCED-HASH]

Written to be read. Each entry's hash is SHA-256 over the hash before it, a line feed, and the entry as canonical JSON
(ASCII, keys sorted, no spaces). A text stands in the entry as the SHA-256 of its salt, a colon and the text in UTF-8.
It ends with 0 when every entry is as it was written, with 5 when one is not, and names the first.
"""

import hashlib
import json
import sys

HASHED = ("seq", "at", "occurred_at", "by", "type", "body")


def sha256(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digests(value, path=""):
    """Every text that the entry's body names by its digest, with its place as a JSON pointer."""
    if isinstance(value, dict) and set(value) == {"$text"}:
        yield path, value["$text"]
    elif isinstance(value, dict | list):
        for name, each in value.items() if isinstance(value, dict) else enumerate(value):
            step = str(name).replace("~", "~0").replace("/", "~1")
            yield from digests(each, f"{path}/{step}" if path else step)


def problem(export, announced):
    """What is wrong, in a sentence that names the first bad entry; empty when nothing is."""
    before, gone, said, hashes = "0" * 64, set(), set(), []
    for number, entry in enumerate(export["entries"], 1):
        if not isinstance(entry, dict) or entry.get("seq") != number:
            return f"entry {number} is missing, was moved, or something was put before it"
        if not entry.get("withheld"):  # of a game that still goes on, players see only the hashes of some entries
            covered = {name: entry[name] for name in HASHED}
            if sha256(f"{before}\n{canonical(covered)}") != entry["hash"] or entry.keys() != {*HASHED, "hash", "texts"}:
                return f"entry {number} is not as it was written"
            named = dict(digests(entry["body"]))
            if named.keys() != entry["texts"].keys():
                return f"entry {number} lacks a text, or has one too many"
            for place, text in entry["texts"].items():
                if text.keys() == {"salt", "text"} and sha256(f"{text['salt']}:{text['text']}") == named[place]:
                    continue
                if text not in ({"withheld": True}, {"redacted": True}):
                    return f"entry {number}: its text {place} is not the one that was written"
                gone |= {(number, place)} if "redacted" in text else set()
            if entry["type"] == "TextRedacted":
                said.add((entry["body"]["seq"], entry["body"]["field"]))
        before = entry["hash"]
        hashes.append(before)
    if before != export["head"]:
        return f"entry {len(hashes) + 1} is missing: the timeline was cut off, or its head was changed"
    if silent := sorted(gone - said):
        return f"entry {silent[0][0]}: its text {silent[0][1]} was taken out, and no entry says so"
    if announced and announced.lower() not in hashes:
        return "no entry has the hash that was announced: this is another timeline, or all of it was computed anew"
    around = {name: export[name] for name in ("format", "room", "profile", "names", "head", "report")}
    return "" if sha256(canonical(around)) == export["seal"] else "the report, the names or the room was changed"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = json.load(file)
    try:
        wrong = problem(found, sys.argv[2] if len(sys.argv) > 2 else "")
    except (KeyError, TypeError, AttributeError) as error:
        wrong = f"this is no export of warroom, or it was changed beyond reading: {error!r}"
    print(wrong or f"All {len(found['entries'])} entries are as they were written. Head {found['head']}")
    sys.exit(5 if wrong else 0)
