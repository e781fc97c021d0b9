"""The assistant's own pieces -> what other frameworks expect, imported only by who uses those."""
