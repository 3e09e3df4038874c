"""A request for information is a list of questions, and associates suggest some of them."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "021"
down_revision = "020"
branch_labels = None
depends_on = None

REQUEST = sa.table(
    "information_request",
    sa.column("id", sa.Uuid()),
    sa.column("application_id", sa.Uuid()),
    sa.column("question", sa.String()),
    sa.column("answer", sa.String()),
)
QUESTION = sa.table(
    "information_question",
    sa.column("id", sa.Uuid()),
    sa.column("version", sa.Integer()),
    sa.column("application_id", sa.Uuid()),
    sa.column("request_id", sa.Uuid()),
    sa.column("number", sa.Integer()),
    sa.column("text", sa.String()),
    sa.column("typed", sa.String()),
    sa.column("answer", sa.String()),
)


def upgrade() -> None:
    op.create_table(
        "information_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("typed", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_information_question_application_id"
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["information_request.id"], name="fk_information_question_request_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_information_question"),
        sa.UniqueConstraint(
            "request_id", "number", name="uq_information_question_request_id_number"
        ),
    )
    op.create_index(
        "ix_information_question_application_id", "information_question", ["application_id"]
    )
    connection = op.get_bind()
    rows = [
        {
            "id": uuid.uuid4(),
            "version": 1,
            "application_id": row.application_id,
            "request_id": row.id,
            "number": 1,
            "text": row.question,
            "typed": "",
            "answer": row.answer,
        }
        for row in connection.execute(sa.select(REQUEST))
    ]
    if rows:
        connection.execute(sa.insert(QUESTION), rows)
    op.drop_column("information_request", "question")
    op.drop_column("information_request", "answer")
    op.create_table(
        "question_suggestion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("suggested_by_id", sa.Uuid(), nullable=False),
        sa.Column("suggested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name="fk_question_suggestion_application_id"
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name="fk_question_suggestion_authority_id"
        ),
        sa.ForeignKeyConstraint(
            ["suggested_by_id"], ["person.id"], name="fk_question_suggestion_suggested_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name="fk_question_suggestion_settled_by_id"
        ),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["information_question.id"],
            name="fk_question_suggestion_question_id",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_question_suggestion"),
    )
    op.create_index(
        "ix_question_suggestion_application_id", "question_suggestion", ["application_id", "state"]
    )


def downgrade() -> None:
    op.drop_table("question_suggestion")
    with op.batch_alter_table("information_request") as table:
        table.add_column(sa.Column("question", sa.String(), nullable=True))
        table.add_column(sa.Column("answer", sa.String(), nullable=True))
    connection = op.get_bind()
    texts: dict[uuid.UUID, list[str]] = {}
    answers: dict[uuid.UUID, list[str]] = {}
    for row in connection.execute(sa.select(QUESTION).order_by(QUESTION.c.number)):
        texts.setdefault(row.request_id, []).append(row.text)
        if row.answer is not None:
            answers.setdefault(row.request_id, []).append(row.answer)
    # Before there was one text for all, so that several stand one below the other.
    for row in connection.execute(sa.select(REQUEST.c.id)).all():
        answer = "\n\n".join(answers.get(row.id, ())) or None
        connection.execute(
            sa.update(REQUEST)
            .where(REQUEST.c.id == row.id)
            .values(question="\n\n".join(texts.get(row.id, ())), answer=answer)
        )
    with op.batch_alter_table("information_request") as table:
        table.alter_column("question", existing_type=sa.String(), nullable=False)
    op.drop_table("information_question")
