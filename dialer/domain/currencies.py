"""ISO 4217: which currencies there are, and how many decimals their minor units have."""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

ACTIVE: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP
    BYN BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP
    GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS
    KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR
    MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD
    TZS UAH UGX USD UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
NO_DECIMALS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
THREE_DECIMALS: Final = "BHD IQD JOD KWD LYD OMR TND"
FOUR_DECIMALS: Final = "CLF UYW"

CURRENCIES: Final = frozenset(ACTIVE.split())
USUAL_DIGITS: Final = 2
DIGITS: Final = {
    **dict.fromkeys(NO_DECIMALS.split(), 0),
    **dict.fromkeys(THREE_DECIMALS.split(), 3),
    **dict.fromkeys(FOUR_DECIMALS.split(), 4),
}


def minor_digits(currency: str) -> int:
    """How many decimals an amount of the currency has: 0, 2, 3 or 4."""
    return DIGITS.get(currency, USUAL_DIGITS)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The amount in the currency's own unit, exactly."""
    return Decimal(minor).scaleb(-minor_digits(currency))


def to_minor(text: str, currency: str) -> int:
    """Minor units of an amount such as `1234.50`.

    Raises ValueError for what is no number, is not finite, or has more decimals than the currency.
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise ValueError("must be an amount such as 1234.50") from None
    if not amount.is_finite():
        raise ValueError("must be an amount such as 1234.50")
    scaled = amount.scaleb(minor_digits(currency))
    whole = scaled.to_integral_value(ROUND_HALF_EVEN)
    if whole != scaled:
        raise ValueError(f"must have at most {minor_digits(currency)} decimals for {currency}")
    return int(whole)
