"""The Chinese catalogue of the site: the messages that the installed libraries leave in English.

`python -m tests.catalogue` adds what is missing to locale/zh_Hans/LC_MESSAGES/*.po as empty entries, to be translated by hand, and
compiles the .mo files (which are committed: a server has no gettext tools). tests/architecture/test_catalogue.py fails while an entry is empty.
"""

import ast
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import django
import polib
from django.apps import apps
from django.utils.translation.template import templatize

FOLDER = Path(__file__).resolve().parent.parent / "locale" / "zh_Hans" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")
HEADER = {
    "Project-Id-Version": "learning-organ",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\w*\}")
TAG = re.compile(r"<[^>]+>")
# Which arguments of a gettext function are the context, the message and its plural.
ARGUMENTS = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
_LITERAL = r"""(?:u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))"""
_TEMPLATE_CALL = re.compile(rf"(?<!\w)(_|n?p?gettext)\(\s*({_LITERAL}(?:\s*,\s*{_LITERAL})*)", re.DOTALL)
# Not installed as an app, but models of ours inherit from its models.
_INHERITED_FROM = ("modelsearch",)


class Message(NamedTuple):
    context: str | None
    text: str
    plural: str


def po_path(domain: str) -> Path:
    return FOLDER / f"{domain}.po"


def mo_path(domain: str) -> Path:
    return FOLDER / f"{domain}.mo"


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def agrees(entry: polib.POEntry) -> bool:
    """Whether every placeholder and every tag of the original, and no other, stands in the translation.

    The one form that Chinese has serves every number, so it must name what the plural names.
    """
    asked = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
    allowed = asked | set(PLACEHOLDER.findall(entry.msgid))
    tags = sorted(TAG.findall(entry.msgid_plural or entry.msgid))
    return all(asked <= set(PLACEHOLDER.findall(text)) <= allowed and sorted(TAG.findall(text)) == tags for text in translations(entry))


def entries(path: Path) -> list[polib.POEntry]:
    return [entry for entry in polib.pofile(str(path)) if not entry.obsolete] if path.exists() else []


def _library_folders() -> list[Path]:
    """Folders of the installed apps that come from outside this repository, Django's own messages first."""
    root = Path(django.__file__).parent
    ours = FOLDER.parent.parent.parent
    folders = [Path(config.path) for config in apps.get_app_configs()]
    outside = [folder for folder in folders if "site-packages" in folder.parts or not folder.is_relative_to(ours)]
    return [root / "conf", *outside, *(root.parent / name for name in _INHERITED_FROM)]


def _sources(folder: Path, installed: set[Path]) -> Iterator[Path]:
    """Python files and templates of an app, without its tests and without apps inside it that are not installed or come by themselves."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            is_other_app = (path / "apps.py").exists() or path in installed
            if not is_other_app and path.name not in {"tests", "test", "locale", "static", "project_template", "__pycache__"}:
                yield from _sources(path, installed)
        elif path.suffix == ".py" or ("templates" in path.parts and path.suffix in {".html", ".txt"}):
            yield path


def _message(function: str, literals: list[str | None]) -> Message | None:
    context, text, plural = ARGUMENTS[function]
    needed = [position for position in (context, text, plural) if position is not None]
    if max(needed) >= len(literals) or any(literals[position] is None for position in needed):
        return None
    return Message(None if context is None else literals[context], literals[text], "" if plural is None else literals[plural])


def _messages_of_python(source: str) -> Iterator[Message]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            function = re.sub("_(lazy|noop)$", "", name)
            if function in ARGUMENTS:
                literals = [arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else None for arg in node.args]
                if message := _message(function, literals):
                    yield message


def _messages_of_template(source: str) -> Iterator[Message]:
    for match in _TEMPLATE_CALL.finditer(templatize(source)):
        if message := _message(match[1], [ast.literal_eval(literal) for literal in re.findall(_LITERAL, match[2], re.DOTALL)]):
            yield message


def _messages_of_source(path: Path) -> Iterator[Message]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return _messages_of_python(source) if "gettext" in source else iter(())
    return _messages_of_template(source) if "trans" in source or "_(" in source else iter(())


def missing_messages() -> dict[str, dict[Message, str]]:
    """By domain, the messages that no installed library translates into Chinese, each with the library it comes from.

    Django merges the catalogues of all apps, so a message that one library leaves out and another translates is not missing. A translation that
    is marked fuzzy, or that names a placeholder the original does not have, counts as none.
    """
    folders = _library_folders()
    installed = set(folders)
    missing = {}
    for domain in DOMAINS:
        translated = set()
        wanted: dict[Message, str] = {}
        for folder in folders:
            library = folder.relative_to(Path(django.__file__).parent.parent).as_posix()
            catalogues = [entries(folder / "locale" / code / "LC_MESSAGES" / f"{domain}.po") for code in ("en", "zh_Hans")]
            for entry in [*catalogues[0], *catalogues[1]]:
                wanted.setdefault(Message(entry.msgctxt, entry.msgid, entry.msgid_plural), library)
            for entry in catalogues[1]:
                allowed = {*PLACEHOLDER.findall(entry.msgid), *PLACEHOLDER.findall(entry.msgid_plural)}
                used = PLACEHOLDER.findall(" ".join(translations(entry)))
                if entry.translated() and allowed.issuperset(used):
                    translated.add((entry.msgctxt, entry.msgid, bool(entry.msgid_plural)))
            if domain == "django" and library != "django/conf" and not library.startswith("django/"):
                for path in _sources(folder, installed):
                    for message in _messages_of_source(path):
                        wanted.setdefault(message, library)
        plurals = {(message.context, message.text) for message in wanted if message.plural}
        missing[domain] = {
            message: library
            for message, library in wanted.items()
            if message.text.strip()
            and (message.context, message.text, bool(message.plural)) not in translated
            # One entry serves both when a library uses the same words with and without a number.
            and (message.plural or (message.context, message.text) not in plurals)
        }
    return missing


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.test")
    django.setup()
    for domain, messages in missing_messages().items():
        catalogue = polib.pofile(str(po_path(domain)), wrapwidth=120) if po_path(domain).exists() else polib.POFile(wrapwidth=120)
        catalogue.metadata = dict(HEADER)
        present = {(entry.msgctxt, entry.msgid) for entry in catalogue}
        added = 0
        for message, library in messages.items():
            if (message.context, message.text) not in present:
                present.add((message.context, message.text))
                catalogue.append(
                    polib.POEntry(
                        msgctxt=message.context,
                        msgid=message.text,
                        msgid_plural=message.plural,
                        msgstr_plural={0: ""} if message.plural else {},
                        comment=library,
                    )
                )
                added += 1
        catalogue.save(str(po_path(domain)))
        catalogue.save_as_mofile(str(mo_path(domain)))
        empty = len([entry for entry in catalogue if not entry.obsolete and not entry.translated()])
        print(f"{domain}: {len(catalogue)} messages, {added} added, {empty} to be translated")


if __name__ == "__main__":
    main()
