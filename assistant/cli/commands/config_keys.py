"""`assistant config set-key` and `unset-key`: a key, typed or piped in -> the keyring, or a file of its owner."""

import os
import sys

import click

from assistant.cli import console, invocation


@click.command("set-key")
@click.argument("name", metavar="KEY-NAME")
def set_key(name: str) -> int:
    """The names are `openai`, for OpenAI's address alone, `semantic-scholar`, or a word of your own, which the setting
    `key` then names beside base-url. The key is asked for, or read from standard input: it is no argument, which others
    could see.

    \b
    Examples:
      assistant config set-key openai
      assistant config set-key openrouter < key.txt
      assistant config set --profile router key openrouter
    """
    from assistant.app import config_edits, configuration, stored_keys

    file = invocation.config_file()
    stored_keys.require_name(name)
    configuration.load(os.environ)  # it notes where the key is, so it has to be in order before a key is taken
    if sys.stdin is not None and sys.stdin.isatty():
        key = click.prompt(f"The key {name}", hide_input=True, err=True)
    else:
        key = console.typed().read(100_000).decode("utf-8", "replace")
    store = stored_keys.store(file.parent, name, key)
    config_edits.note_key(file, name, store)
    if store == "keyring":
        console.lines(console.plain(f"the key {name} is in the system's keyring"))
    else:
        place = file.parent / stored_keys.FILE
        console.lines(
            console.plain(f"no keyring here keeps keys: the key {name} is in {place}, which only you can read")
        )
    return 0


@click.command("unset-key")
@click.argument("name", metavar="KEY-NAME")
def unset_key(name: str) -> int:
    """Ends with 3 where there was none.

    \b
    Examples:
      assistant config unset-key openai
    """
    from assistant.app import config_edits, configuration, stored_keys

    file = invocation.config_file()
    stores = configuration.load(os.environ).stores
    stored_keys.remove(file.parent, stored_keys.require_name(name), stores.get(name))
    if config_edits.note_key(file, name, None):
        console.lines(console.plain(f"the key {name} is forgotten"))
        return 0
    console.tell(f"there is no key {name}")
    return 3
