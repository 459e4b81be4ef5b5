"""Fills PocketBase's tables while it is stopped: reads one JSON object from standard input.

Its own API takes batches of at most 50 requests (more when configured), one statement each; a million rows that way would
take longer than everything else together. The rows are what the API would have stored.
"""

import hashlib
import json
import sqlite3
import sys

NOW = "2026-01-01 00:00:00.000Z"


def identifier(table, i):
    """Fifteen characters that are scattered, as PocketBase's own ids are; `idOf` in pocketbase.mjs makes the same."""
    return hashlib.md5(f"{table}{i}".encode()).hexdigest()[:15]


def main():
    plan = json.load(sys.stdin)
    users, score = plan["users"], plan["score"]

    def score_of(i):
        return (i * score["factor"] + score["offset"]) % score["modulus"]

    notes = (
        (identifier("note", i), NOW, NOW, users[i % len(users)], True, note["title"], note["text"], note["category"],
         note["score"], note["done"])
        for i, note in enumerate(plan["notes"])
    )
    events = (
        (identifier("event", i), NOW, NOW, users[i % len(users)], f"Event {i}", score_of(i)) for i in range(plan["rows"])
    )
    with sqlite3.connect(plan["file"]) as database:
        database.executemany(
            "INSERT INTO notes (id, created, updated, owner, public, title, text, category, score, done)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", notes)
        database.executemany(
            "INSERT INTO events (id, created, updated, owner, title, score) VALUES (?, ?, ?, ?, ?, ?)", events)
        database.execute("ANALYZE")


main()
