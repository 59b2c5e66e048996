"""Fields no form may tell us, and fields that only look like them: for the script's filter and for the server's."""

from __future__ import annotations

from string import ascii_lowercase
from typing import Final, NamedTuple

CANARY: Final = "CANARY-ff0d"


class Field(NamedTuple):
    """A field of a form; `type` is the input's, `autocomplete` what the page says about it."""

    name: str
    value: str
    type: str = "text"
    autocomplete: str = ""

    @property
    def hints(self) -> str:
        """As the script sends them beside the values."""
        return f"{self.type} {self.autocomplete}"

    @property
    def html(self) -> str:
        told = f' autocomplete="{self.autocomplete}"' if self.autocomplete else ""
        return f'<input type="{self.type}" name="{self.name}" value="{self.value}"{told}>'


CARDS: Final = (
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "4111.1111.1111.1111",
    "41 11 11 11 11 11 11 11",
    "5555555555554444",
    "378282246310005",
    "3782 822463 10005",
    "6011111111111117",
    "4222222222222",
    "6759649826438453",
    "6304000000000000000",
)
IBANS: Final = ("FR76 3000 6000 0112 3456 7890 189", "FR7630006000011234567890189", "GB82WEST12345698765432")
NIRS: Final = ("2 55 08 14 168 025 38", "255081416802538", "1 85 05 2A 123 456 33")

_BY_TYPE: Final = (
    Field("f1", CANARY, "password"),
    Field("f2", CANARY, "hidden"),
    Field("f3", CANARY, "text", "cc-number"),
    Field("f4", CANARY, "text", "section-a billing cc-csc"),
    Field("f5", CANARY, "text", "cc-exp"),
    Field("f6", CANARY, "tel", "cc-name"),
    Field("f7", CANARY, "text", "one-time-code"),
    Field("f8", CANARY, "text", "new-password"),
    Field("f9", CANARY, "text", "current-password"),
)
_NAMES: Final = (
    "password newPassword user[password] your-pass pwd passwd passcode mdp mot_de_passe motDePasse api-token secret "
    "pin otp one_time_code cc-number cardNumber card_number numero_de_carte carte-bancaire cvv cvc code_securite iban "
    "IBAN rib ssn nir nss"
)
#: Neither may leave the page nor be stored.
FORBIDDEN: Final = (
    *_BY_TYPE,
    *(Field(name, CANARY) for name in _NAMES.split()),
    *(Field(f"said_{letter}", value) for letter, value in zip(ascii_lowercase, (*CARDS, *IBANS, *NIRS), strict=False)),
)

#: Both leave the page and are stored, as they were typed.
KEPT: Final = (
    Field("business_name", "Passepartout"),
    Field("experience", "10 years"),
    Field("expected_budget", "50000"),
    Field("company", "Compass"),
    Field("passenger_count", "4"),
    Field("shipping", "Lyon"),
    Field("opinion", "Good"),
    Field("your-message", "Call 06 12 34 56 78 after 18:30"),
    Field("siren", "732829320"),
    Field("siret", "732 829 320 00074"),
    Field("tel", "4111111111111111"),
    Field("phone", "0033612345678"),
    Field("telephone", "378282246310005"),
    Field("order", "4111111111111112"),
    Field("ref", "123456789012"),
    Field("amount", "12 500,50"),
    Field("day", "2026-11-22"),
    Field("job", "Head of pins and cards"),
    Field("mail", "ada@example.com", "email"),
    Field("f10", "0612345678", "tel", "tel"),
)
