"""Say with which accounts the demonstration can be tried."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from sandbox.web.demo.facts import read

DOMAIN = "example.org"
PASSWORD = "prueba-segura-2026"  # noqa: S105 - everybody may know it: it opens invented data alone


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Name somebody whom a visitor of the demonstration can be, and what waits for them."""

    role: str
    email: str
    name: str
    waiting: str


def address(word: str) -> str:
    """Return the address that belongs to the word for a person."""
    return f"{word}@{DOMAIN}"


def companies() -> tuple[DemoAccount, ...]:
    """List the companies worth trying, each at another point of the journey."""
    chosen = {
        "ipn": "a draft to finish, a monitoring report to correct",
        "bcs": "an application to correct",
        "jalisco": "a question of the lead authority to answer",
        "planeabot": "the plan of a test to write; whether any rule applies to another idea",
        "yucatan": "a monitoring report that is due; a suspended test",
        "wecare": "a gate to prepare; a completed test with its published report",
    }
    known = {each["word"]: each for each in read("organisations")["organisations"]}
    found = [
        DemoAccount("company", address(f"owner.{word}"), known[word]["owner"], waiting)
        for word, waiting in chosen.items()
    ]
    # Two windows show how two people work on one draft.
    word = next(iter(chosen))
    colleague = known[word]["member"]
    return (
        *found,
        DemoAccount("a colleague", address(f"member.{word}"), colleague, "the same draft"),
    )


def authorities() -> tuple[DemoAccount, ...]:
    """List the people of the authorities."""
    found = []
    for code, people in read("people")["authorities"].items():
        word = code.lower()
        found.append(
            DemoAccount(f"head of {code}", address(f"head.{word}"), people["head"], "cases to take")
        )
        for number, name in enumerate(people["officers"], start=1):
            email = address(f"officer{number}.{word}")
            found.append(DemoAccount(f"officer of {code}", email, name, "cases to review"))
    return tuple(found)


def staff() -> tuple[DemoAccount, ...]:
    """List the people of the secretariat."""
    waiting = {
        "caseworker": "applications to check, reports to draft",
        "publisher": "a report to publish",
        "administrator": "people and roles",
        "auditor": "the record of what was done",
    }
    return tuple(
        DemoAccount(each["role"], address(each["word"]), each["name"], waiting[each["role"]])
        for each in read("people")["staff"]
    )


def sheet(port: int) -> str:
    """Return what to type into the browser and the sign-in page, for the terminal."""
    lines = [
        "",
        f"  The demonstration is at http://127.0.0.1:{port}",
        f"  Every account has the password {PASSWORD}",
        "  People, applications and tests are invented.",
        "",
    ]
    rows = (*companies(), *staff(), *authorities())
    wide = max(len(row.role) for row in rows)
    long = max(len(row.email) for row in rows)
    lines += [f"  {row.role:{wide}}  {row.email:{long}}  {row.waiting}" for row in rows]
    return "\n".join((*lines, ""))


def for_the_sign_in_page() -> list[dict[str, object]]:
    """Offer one account for each role; the role is named in the reader's language."""
    first, second, *_ = read("people")["authorities"]
    return [
        {"role": role, "email": address(word), "password": PASSWORD}
        for role, word in (
            (_l("Company with a test"), "owner.wecare"),
            (_l("Company with a draft"), "owner.ipn"),
            (_l("Caseworker of the secretariat"), "caseworker"),
            (_l("Head of the authority %(code)s", code=first), f"head.{first.lower()}"),
            (_l("Officer of the authority %(code)s", code=first), f"officer1.{first.lower()}"),
            (_l("Officer of the authority %(code)s", code=second), f"officer1.{second.lower()}"),
            (_l("Publisher"), "publisher"),
            (_l("Administrator"), "administrator"),
            (_l("Auditor"), "auditor"),
        )
    ]
