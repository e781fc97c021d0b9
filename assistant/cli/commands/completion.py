"""`assistant completion`: the name of a shell -> the script that has it complete the words of this program."""

import click

from assistant.cli import console


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Commands, options, files, profiles, and the ids and sources of papers in the library are completed. Nothing is
    installed: have your shell read what is printed.

    \b
    Examples:
      eval "$(assistant completion bash)"                                         in ~/.bashrc
      eval "$(assistant completion zsh)"                                          in ~/.zshrc, after compinit
      assistant completion fish > ~/.config/fish/completions/assistant.fish       once
    """
    from click.shell_completion import get_completion_class

    complete = get_completion_class(shell)
    if complete is None:
        raise click.UsageError(f"nothing completes words in {shell}", context)
    root = context.find_root()
    name = root.info_name or "assistant"
    # The script alone: `source` of click's class for bash would first ask the bash that is there for its version.
    script = complete(root.command, {}, name, f"_{name.upper()}_COMPLETE")
    console.lines(*(console.plain(line) for line in (script.source_template % script.source_vars()).splitlines()))
    return 0
