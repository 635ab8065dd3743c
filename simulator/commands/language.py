"""In which language a command speaks: ``--lang``, else ``BANC_LANG``, else the locale of the terminal, else French."""

from __future__ import annotations

import errno
import os
from typing import IO, TYPE_CHECKING, Any, Final

import click

from simulator.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.text import Lang

VARIABLE: Final = "BANC_LANG"
_LOCALE: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as POSIX has it; Windows sets none of them as a rule."""
_OPTION: Final = "--lang"


def usual_lang(environment: Mapping[str, str] | None = None) -> Lang:
    """Return the language of whoever does not say: that of ``BANC_LANG``, else of the locale when it is English, else French."""
    told = os.environ if environment is None else environment
    for name in (VARIABLE, *_LOCALE):
        if value := told.get(name, "").strip().lower():
            return "en" if value.partition("_")[0].partition(".")[0].partition("-")[0] == "en" else "fr"
    return "fr"


def lang_of(arguments: Sequence[str]) -> Lang:
    """Return the language that a command line asks for, before it is read: help and errors have to know."""
    for number, one in enumerate(arguments):
        if one == "--":
            break
        told = one.partition("=")[2] if one.startswith(f"{_OPTION}=") else None
        if one == _OPTION and number + 1 < len(arguments):
            told = arguments[number + 1]
        if told == "fr":
            return "fr"
        if told == "en":
            return "en"
    return usual_lang()


class BilingualCommand(click.Command):
    """A command whose help and errors of usage are in both languages.

    Args:
        french: the French of what the decorators and the docstring say in English, by the name of the parameter; that of
            the command itself under ``""``, that of ``--help`` under ``help``.
    """

    def __init__(self, *args: Any, french: Mapping[str, str], **settings: Any) -> None:
        """Keep both languages."""
        super().__init__(*args, **settings)
        self._french = french

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command line; what is wrong with it is told in the language that it asks for."""
        lang = lang_of(args)
        try:
            return super().make_context(info_name, args, parent, obj=lang, **extra)
        except click.UsageError as error:
            if lang == "en":
                raise
            raise FrenchUsageError(in_french(error), error.ctx) from error

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line."""
        prefix = "Usage : " if _lang(ctx) == "fr" else None
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix=prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        english = self.help
        try:
            self.help = self._french[""] if _lang(ctx) == "fr" else english
            super().format_help_text(ctx, formatter)
        finally:
            self.help = english

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options."""
        lang = _lang(ctx)
        rows = []
        for parameter in self.get_params(ctx):
            if not isinstance(parameter, click.Option):
                continue
            if (record := parameter.get_help_record(ctx)) is None:
                continue
            told = self._french.get("help" if "--help" in parameter.opts else parameter.name or "")
            rows.append((record[0], told) if lang == "fr" and told else record)
        if rows:
            with formatter.section("Options"):
                formatter.write_dl(rows)


class FrenchUsageError(click.UsageError):
    """What is wrong with a command line, told in French."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the usage, where to read more, and what is wrong."""
        if self.ctx is not None:
            click.echo(
                f"{self.ctx.get_usage()}\nEssayez « {self.ctx.command_path} --help ».\n",
                file=file,
                err=file is None,
            )
        click.echo(f"Erreur : {self.format_message()}", file=file, err=file is None)


def _lang(ctx: click.Context) -> Lang:
    return "en" if ctx.obj == "en" else "fr"


def in_french(error: click.UsageError) -> str:
    """Return in French what is wrong with a command line; what is not known stays as it is."""
    match error:
        case click.NoSuchOption():
            near = " ou ".join(error.possibilities or ())
            return f"option inconnue : {error.option_name}" + (
                f" (voulez-vous dire {near} ?)" if near else ""
            )
        case click.MissingParameter():
            hint = getattr(error, "param_hint", None) or (
                error.param and error.param.make_metavar(error.ctx or _ANY)
            )
            return f"il manque {hint}"
        case click.BadOptionUsage():
            return f"{error.option_name} : une valeur est attendue"
        case click.BadParameter() if isinstance(getattr(error.param, "type", None), click.Choice):
            expected = ", ".join(map(str, error.param.type.choices))  # type: ignore[union-attr] # just seen
            return f"{'/'.join(error.param.opts)} : {expected} attendus"  # type: ignore[union-attr] # the same
        case click.BadParameter() if error.param is not None:
            return f"{'/'.join(error.param.opts)} : {_path_in_french(error.message)}"
        case _:
            return error.message


def _path_in_french(message: str) -> str:
    for english, french in _PATHS:
        if message.startswith(english[0]) and message.endswith(english[1]):
            name = message[len(english[0]) : len(message) - len(english[1])].strip()
            return f"{name} {french}"
    return message


_PATHS: Final = (
    (("File", "does not exist."), "n'existe pas"),
    (("Path", "does not exist."), "n'existe pas"),
    (("File", "is a directory."), "est un dossier, un fichier est attendu"),
    (("File", "is not readable."), "ne peut pas être lu"),
)
_ANY: Final = click.Context(click.Command("banc"))


def said(text: Text | str) -> str:
    """Return a text in the language of the command that runs."""
    if isinstance(text, str):
        return text
    return text[spoken()]


def spoken() -> Lang:
    """Return the language of the command that runs."""
    context = click.get_current_context(silent=True)
    asked = context.params.get("lang") if context else None
    if asked == "fr":
        return "fr"
    return "en" if asked == "en" else usual_lang()


def reason_of(error: OSError) -> str:
    """Return why a file could not be reached, in the language of the command that runs; what is rare is left to the system."""
    return said(_REASONS.get(error.errno or 0) or str(error.strerror or error))


_REASONS: Final = {
    errno.ENOENT: Text("n'existe pas", "No such file or directory"),
    errno.EACCES: Text("accès refusé", "Permission denied"),
    errno.EISDIR: Text("est un dossier, un fichier est attendu", "Is a directory"),
    errno.ENOTDIR: Text("n'est pas un dossier", "Not a directory"),
    errno.ENOSPC: Text("il n'y a plus de place", "No space left on device"),
}
