"""Reads a feed as feed readers do, and prints what it understood as JSON: feed.py URL"""
import json
import sys
import time

import feedparser

feed = feedparser.parse(sys.argv[1])
print(json.dumps({
    "bozo": bool(feed.bozo),
    "reason": str(feed.get("bozo_exception", "")),
    "version": feed.version,
    "title": feed.feed.get("title"),
    "entries": [
        {key: entry.get(key) for key in ("id", "title", "link", "summary")} | {"published": time.strftime("%Y-%m-%dT%H:%M:%SZ", entry.published_parsed)}
        for entry in feed.entries
    ],
}))
