"""Commands whose help and errors of usage are in the language of the command line.

Options and help texts are declared once, in English. When French is asked for, a copy of the command is shown whose
texts come from the catalogue; nothing is translated, nor even read, as long as nobody looks. Click's own words pass
through ``gettext`` under the name ``_`` in each of its modules; there is no compiled catalogue to give to it, and gettext looks
at the locale alone while this bench also has ``--lang`` and ``BANC_LANG``: that name is bound to our catalogue instead.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
import click.core
import click.exceptions
import click.formatting
import click.parser
import click.types

from simulator.commands.catalogue import in_french, metavar_in_french, sentences
from simulator.commands.language import at_hand, lang_of, said, speak

if TYPE_CHECKING:
    from simulator.text import Text


class _Bilingual(click.Command):
    """What commands and groups share."""

    _is_shown_in_french = False

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the command line; what is wrong with it is told in the language that it asks for."""
        speak(lang_of(args))
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.BadParameter as error:
            if at_hand() == "fr" and error.param_hint is None and error.param is not None:
                error.param_hint = metavar_in_french(error.param.get_error_hint(error.ctx), self.package)
            raise

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the page of help in the language of the command line."""
        shown = self.french() if at_hand() == "fr" else self
        super(_Bilingual, shown).format_help(ctx, formatter)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the usage line, which errors show as well."""
        shown = self.french() if at_hand() == "fr" else self
        super(_Bilingual, shown).format_usage(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """Return the line that the help of the group shows of this command."""
        shown = self.french() if at_hand() == "fr" else self
        return super(_Bilingual, shown).get_short_help_str(limit)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line."""
        pieces = super().collect_usage_pieces(ctx)
        if not self._is_shown_in_french:
            return pieces
        return [metavar_in_french(one, self.package) for one in pieces]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``."""
        option = super().get_help_option(ctx)
        if option is not None and self._is_shown_in_french:
            option = _parameter_in_french(option, self.package, ctx)
        return option

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters."""
        found = super().get_params(ctx)
        if not self._is_shown_in_french:
            return found
        return [_parameter_in_french(one, self.package, ctx) for one in found]

    @property
    def package(self) -> str:
        """Whose catalogue holds the French: that of the package in which the command is."""
        return (self.callback.__module__ if self.callback else "simulator").partition(".")[0]

    def french(self) -> _Bilingual:
        """Return a copy of the command to be shown in French."""
        if self._is_shown_in_french:
            return self
        shown = copy(self)
        shown._is_shown_in_french = True  # noqa: SLF001 - of the same class
        for name in ("help", "short_help", "epilog"):
            if text := getattr(self, name):
                setattr(shown, name, in_french(text, self.package))
        return shown


class BilingualCommand(_Bilingual):
    """A command whose help and errors of usage are in both languages."""


class BilingualGroup(_Bilingual, click.Group):
    """A group of such commands."""

    command_class = BilingualCommand
    group_class = type


class WrongUsageError(click.UsageError):
    """What is wrong with a command line as a whole, in both languages: exit code 2."""

    def __init__(self, text: Text, ctx: click.Context | None = None) -> None:
        """Keep the text in the language of the command."""
        super().__init__(said(text), ctx)


class WrongValueError(click.BadParameter):
    """What is wrong with the value of one parameter, in both languages: exit code 2."""

    def __init__(
        self, text: Text, ctx: click.Context | None = None, param: click.Parameter | None = None
    ) -> None:
        """Keep the text in the language of the command."""
        super().__init__(said(text), ctx, param)


_Shown = TypeVar("_Shown", bound=click.Parameter)


def _parameter_in_french(parameter: _Shown, package: str, ctx: click.Context) -> _Shown:
    shown = copy(parameter)
    for name in ("help", "show_default"):
        if isinstance(text := getattr(parameter, name, None), str):
            setattr(shown, name, in_french(text, package))
    shown.metavar = metavar_in_french(parameter.make_metavar(ctx), package)
    return shown


def _told(message: str) -> str:
    if at_hand() != "fr":
        return message
    return sentences("simulator").get(" ".join(message.split()), message)


def _told_by_number(one: str, several: str, number: int) -> str:
    return _told(one if number == 1 else several)


_MODULES: Final = (click.core, click.exceptions, click.formatting, click.parser, click.types)
for _module in _MODULES:
    vars(_module)["_"] = _told
    if "ngettext" in vars(_module):
        vars(_module)["ngettext"] = _told_by_number
