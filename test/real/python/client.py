"""Asks a loklak what loklak's published client can ask, and prints the answers as JSON: client.py URL QUERY UNTIL AUTHOR"""
import contextlib
import json
import sys

import loklak

url, query, until, author = sys.argv[1:]
# It says hello to the address of the class before it takes the one that it is given.
loklak.Loklak.baseUrl = url
# It prints what it asks.
with contextlib.redirect_stdout(sys.stderr):
    client = loklak.Loklak(url)
    answers = {
        "baseUrl": client.getBaseUrl(),
        "hello": client.hello(),
        "status": client.status(),
        "settings": client.settings(),
        "peers": client.peers(),
        "search": client.search(query, until=until, count=7),
        "searchByAuthor": client.search(query, since="2006-01-01", until=until, from_user=author),
        "aggregations": client.aggregations(query, until=until, fields=["hashtags", "mentions"]).json(),
        "suggest": client.suggest(count=5),
        "user": client.user(author),
    }
print(json.dumps(answers))
