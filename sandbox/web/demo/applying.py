"""Tell what the company does with its application."""

from datetime import timedelta

from sandbox.applications import services as applications
from sandbox.kernel.files import Accepted
from sandbox.models import Organisation
from sandbox.web.demo.facts import fill, read
from sandbox.web.demo.telling import Telling


class Applying(Telling):
    """Let the company write, send and withdraw its application, and answer."""

    def draft(self, *, sections: int | None = None) -> None:
        """Start the application and answer it, or only its first sections."""
        begun = self.tick()
        start = begun.date() + timedelta(days=self.rng.randint(90, 150))
        self.slots["start_date"] = start.isoformat()
        self.answers = self.world.composer.compose(self.rng, self.tier, self.project, self.slots)
        hidden = self.world.composer.confidential(self.rng, self.answers)
        self.application = applications.start_application(
            self.world.session,
            self.company.owner,
            self.world.session.get_one(Organisation, self.company.id),
            pack=self.pack,
            start_key=self.start_key,
            language=self.company.owner.language,
            now=begun,
        )
        people = (self.company.owner, self.company.member)
        for number, section in enumerate(self.pack.sections[:sections]):
            own = {
                question.key: self.answers[question.key]
                for question in section.questions
                if question.key in self.answers
            }
            applications.save_section(
                self.world.session,
                people[number % 2],
                self.application,
                section=section.key,
                answers=own,
                confidential=hidden,
                expected_version=0,
                now=self.tick(),
            )

    def attach(self, label: str) -> None:
        """Attach a document to the first question that takes one and is asked."""
        question = next(q for q in self.pack.questions.values() if q.kind == "file")
        applications.attach_file(
            self.world.session,
            self.company.member,
            self.application,
            store=self.world.store,
            question=question.key,
            file=self.document(label),
            now=self.tick(),
        )

    def document(self, label: str) -> Accepted:
        """Write a document that says what it is."""
        reference = self.application.reference or ""
        text = fill(
            read("deeds")["document"],
            {"label": label, "organisation": self.company.name, "reference": reference},
        )
        plain = "".join(each if each.isalnum() else "-" for each in label.lower()).strip("-")
        return Accepted(f"{plain[:60]}.txt", text.encode(), "text/plain")

    def submit(self) -> None:
        """Send the application, or its correction, to the secretariat."""
        applications.submit(
            self.world.session, self.company.owner, self.application, now=self.tick()
        )

    def withdraw(self) -> None:
        """Take the application back."""
        applications.withdraw(
            self.world.session,
            self.company.owner,
            self.application,
            reason=self.words.deed("withdrawn"),
            now=self.tick(),
        )

    def answer_information(self) -> None:
        """Answer what the lead authority has asked."""
        applications.answer_information(
            self.world.session,
            self.company.owner,
            self.application,
            answers={1: self.words.deed("information", "answers")},
            now=self.tick(),
        )
