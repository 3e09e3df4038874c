"""Run the commands of a policy officer, and give what they print."""

from click.testing import CliRunner, Result

from sandbox.web.pack_commands import packs


def run(*words: object) -> Result:
    return CliRunner().invoke(packs, [str(word) for word in words])
