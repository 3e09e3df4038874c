"""Believable data for each PDF template, with every optional part filled in."""

from typing import Any

COMMON: dict[str, Any] = {
    "programme": "Sandbox Regulatorio de Inteligencia Artificial",
    "authority_line": "INAI · IFT · COFECE",
    "reference": "SBX-2026-00017",
    "content_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "verify_url": "https://sandbox.example.org/verify/SBX-2026-00017",
}
COMMON_LABELS = {
    "page": "Página",
    "of": "de",
    "reference": "Referencia",
    "content_hash": "Huella del contenido (SHA-256)",
    "verify_at": "Compruebe este documento en",
}
RECEIPT: dict[str, Any] = {
    **COMMON,
    "organisation": "Visión Clínica del Norte, S.A.P.I. de C.V.",
    "title": "Lectura asistida de mastografías con inteligencia artificial",
    "submitted_at": "3 de marzo de 2026, 14:05 (Ciudad de México)",
    "answers": "42",
    "version": "1",
    "attachments": [
        {
            "name": "Plan de pruebas y salvaguardas.pdf",
            "size": "1.2 MB",
            "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        },
        {
            "name": "Evaluación de impacto en la protección de datos.docx",
            "size": "348 kB",
            "sha256": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
        },
    ],
    "how_to_verify": (
        "La huella del contenido se calcula a partir de todas las respuestas y de la huella de "
        "cada documento. Si una sola letra cambiara, la huella sería otra.\n\n"
        "Guarde este acuse. Quien lo tenga puede comprobar en la dirección siguiente que la "
        "solicitud recibida es exactamente esta."
    ),
    "labels": {
        **COMMON_LABELS,
        "heading": "Acuse de su solicitud",
        "organisation": "Organización",
        "title": "Solicitud",
        "submitted_at": "Recibida",
        "answers": "Respuestas",
        "version": "Versión",
        "attachments": "Documentos anexos",
        "no_attachments": "No se anexaron documentos.",
        "name": "Nombre",
        "size": "Tamaño",
        "how_to_verify": "Cómo comprobar este acuse",
        "lead": (
            "El programa recibió la solicitud siguiente. Nadie puede cambiar ya lo que se envió."
        ),
    },
}
DECISION: dict[str, Any] = {
    **COMMON,
    "date": "17 de abril de 2026",
    "addressee": {
        "name": "Mariana Robles Ibarra",
        "organisation": "Visión Clínica del Norte, S.A.P.I. de C.V.",
        "lines": ["Monterrey, Nuevo León"],
    },
    "title": "Lectura asistida de mastografías con inteligencia artificial",
    "opening": (
        "Las autoridades asignadas revisaron su solicitud y resolvieron lo que sigue. Cada razón "
        "se refiere a uno de los criterios del programa."
    ),
    "outcome": {
        "label": "Admitida con condiciones",
        "tone": "conditional",
        "summary": (
            "Su proyecto puede entrar al sandbox. La prueba empieza cuando se cumplan las "
            "condiciones de inicio y las dos partes acuerden el plan."
        ),
    },
    "reasons": [
        {
            "criterion": "Innovación con beneficio público",
            "result": "Se cumple",
            "text": "Reduce de 21 a 4 días la espera de un segundo diagnóstico en zonas rurales.",
        },
        {
            "criterion": "Necesidad de un sandbox",
            "result": "Se cumple",
            "text": "La norma aplicable exige la lectura por dos personas y no prevé otra vía.",
        },
        {
            "criterion": "Protección de datos personales",
            "result": "Se cumple en parte",
            "text": (
                "La base de conocimiento está seudonimizada, pero falta el acuerdo con el "
                "hospital.\n\nEl acuerdo debe presentarse antes de la primera etapa."
            ),
        },
    ],
    "refused_for": [
        {
            "name": "Las personas no quedarían protegidas",
            "text": "Queda un riesgo importante sin una medida que lo atienda.",
        },
        {"name": "La ley no permite la facilidad que se pide", "text": ""},
    ],
    "conditions": [
        "Presentar el acuerdo de tratamiento de datos con el hospital antes del laboratorio.",
        "Una médica radióloga confirma cada resultado; el sistema nunca decide por sí solo.",
        "Informar en 24 horas de todo resultado falso negativo que se descubra.",
    ],
    "participants": [
        {
            "authority": "INAI",
            "role": "Coordinadora",
            "position": "A favor con condiciones",
            "reasons": "El riesgo queda acotado con la supervisión humana.",
        },
        {
            "authority": "COFECE",
            "role": "Asociada",
            "position": "A favor",
            "reasons": "Sin efectos en la competencia durante la prueba.",
        },
        {
            "authority": "IFT",
            "role": "Asociada",
            "position": "Se abstiene",
            "reasons": "El servicio no usa redes de telecomunicaciones propias.",
        },
    ],
    "dissent": [
        {
            "authority": "IFT",
            "text": "Considera que la transmisión de imágenes merece un estudio por separado.",
        }
    ],
    "next_steps": "El plan de pruebas se acuerda en los 15 días hábiles siguientes.",
    "appeals": (
        "Si no está de acuerdo, puede pedir la revisión de esta decisión en los 15 días hábiles "
        "siguientes a su notificación, por escrito y ante la autoridad coordinadora."
    ),
    "signatory": {
        "name": "Ernesto Villaseñor Quiroz",
        "position": "Titular de la unidad coordinadora",
        "authority": "INAI",
    },
    "labels": {
        **COMMON_LABELS,
        "heading": "Decisión sobre su solicitud",
        "application": "Solicitud",
        "outcome": "Decisión",
        "reasons": "Razones",
        "criterion": "Criterio",
        "result": "Resultado",
        "reason": "Razón",
        "refused_for": "Motivos de la negativa",
        "conditions": "Condiciones",
        "participants": "Quiénes participaron",
        "authority": "Autoridad",
        "role": "Papel",
        "position": "Postura",
        "dissent": "Opinión distinta",
        "next_steps": "Qué sigue",
        "appeals": "Si no está de acuerdo",
    },
}
_FINDINGS = (
    "La lectura asistida acortó la espera sin aumentar los falsos negativos. La mayor parte de la "
    "mejora vino de ordenar la lista de trabajo, no de la lectura misma."
)
OUTCOME: dict[str, Any] = {
    **COMMON,
    "title": "Lectura asistida de mastografías con inteligencia artificial",
    "subtitle": "Visión Clínica del Norte, S.A.P.I. de C.V.",
    "published_on": "30 de noviembre de 2026",
    "version": "1",
    "facts": [
        {"label": "Nivel de riesgo", "value": "Limitado"},
        {"label": "Autoridad coordinadora", "value": "INAI"},
        {"label": "Inicio y fin", "value": "4 de mayo de 2026 a 14 de octubre de 2026"},
        {"label": "Personas participantes", "value": "4,812 de un máximo de 5,000"},
        {"label": "Incidentes", "value": "1, cerrado"},
    ],
    "stages": [
        {"name": "Plan", "entered_on": "4 may 2026", "left_on": "22 may 2026", "days": "18"},
        {
            "name": "Laboratorio",
            "entered_on": "22 may 2026",
            "left_on": "10 jul 2026",
            "days": "49",
        },
        {
            "name": "Piloto limitado",
            "entered_on": "10 jul 2026",
            "left_on": "30 sep 2026",
            "days": "82",
        },
        {"name": "Salida", "entered_on": "30 sep 2026", "left_on": "14 oct 2026", "days": "14"},
    ],
    "metrics": [
        {
            "name": "Sensibilidad",
            "target": "≥ 92 %",
            "result": "94.1 %",
            "level": "within",
            "level_label": "Cumple",
        },
        {
            "name": "Días de espera",
            "target": "≤ 4",
            "result": "5",
            "level": "warning",
            "level_label": "En alerta",
        },
        {
            "name": "Quejas por cada mil estudios",
            "target": "≤ 1",
            "result": "3",
            "level": "breach",
            "level_label": "No cumple",
        },
        {
            "name": "Costo por estudio",
            "target": "—",
            "result": "$212.40 MXN",
            "level": "none",
            "level_label": "Sin meta",
        },
    ],
    "lessons": [
        {"principle": "Supervisión humana", "text": _FINDINGS},
        {"principle": "Transparencia y explicabilidad", "text": _FINDINGS},
        {"principle": "Protección de datos personales", "text": _FINDINGS},
    ],
    "sections": [
        {
            "title": "Resumen",
            "text": (
                "Durante 164 días, dos hospitales de Nuevo León leyeron 4,812 estudios con ayuda "
                "de un sistema de inteligencia artificial. La espera bajó de 21 a 5 días."
            ),
        },
        {"title": "Hallazgos", "text": f"{_FINDINGS}\n\n{_FINDINGS}\n\n{_FINDINGS}"},
        {"title": "Barreras regulatorias", "text": "NOM-208-SSA1: exige dos lectores."},
    ],
    "no_endorsement": "El informe no certifica el producto.",
    "recommendations": [
        {"stakeholder": "Autoridades de salud", "text": _FINDINGS},
        {"stakeholder": "Empresas", "text": _FINDINGS},
    ],
    "labels": {
        **COMMON_LABELS,
        "heading": "Informe de resultados",
        "published_on": "Publicado",
        "version": "Versión",
        "facts": "Datos",
        "stages": "Etapas",
        "stage": "Etapa",
        "entered_on": "Desde",
        "left_on": "Hasta",
        "days": "Días",
        "metrics": "Resultados frente a las metas",
        "metric": "Métrica",
        "target": "Meta",
        "result": "Resultado",
        "level": "Valoración",
        "lessons": "Lecciones por principio",
        "recommendations": "Recomendaciones",
    },
}
SILENCE: dict[str, Any] = {
    **COMMON,
    "organisation": "Visión Clínica del Norte, S.A.P.I. de C.V.",
    "title": "Lectura asistida de mastografías con inteligencia artificial",
    "submitted_at": "3 de marzo de 2026",
    "term": "60 días hábiles",
    "due_on": "29 de mayo de 2026",
    "decided_on": "No se había resuelto al vencer el plazo",
    "effect": "Según las reglas del caso, lo que se pidió se entiende negado.",
    "days": [
        {"days": "4–6 mar 2026", "what": "Días hábiles", "counts": "días 1 a 3"},
        {"days": "7–8 mar 2026", "what": "Fin de semana", "counts": ""},
    ],
    "labels": {
        **COMMON_LABELS,
        "heading": "Constancia de silencio",
        "lead": "El plazo para resolver la solicitud venció sin resolución.",
        "organisation": "Organización",
        "title": "Solicitud",
        "submitted_at": "Recibida",
        "term": "Plazo",
        "due_on": "Último día del plazo",
        "decided_on": "Resuelta el",
        "effect": "Qué significa",
        "days": "Los días del plazo",
        "dates": "Días",
        "what": "Qué son",
        "count": "Cuenta",
    },
}
SAMPLES: dict[str, dict[str, Any]] = {
    "receipt": RECEIPT,
    "decision": DECISION,
    "outcome": OUTCOME,
    "silence": SILENCE,
}
