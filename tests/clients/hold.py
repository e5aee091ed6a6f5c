"""Somebody who writes in an archive and takes his time: nobody else commits until this program's input ends."""

import sqlite3
import sys

database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
database.execute("ROLLBACK")
