"""Money: the currencies of ISO 4217 and how many decimals each one has."""

from kit.errors import InvalidInputError

_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD "
        "CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP "
        "GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
        "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP "
        "PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
        "TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

MINOR_DIGITS = {code: digits for digits, codes in _DIGITS.items() for code in codes.split()}
"""Decimals of each currency's minor unit."""

USUAL_DIGITS = 2
"""The decimals of every currency that `UNUSUAL` does not hold."""

UNUSUAL = {code: digits for code, digits in MINOR_DIGITS.items() if digits != USUAL_DIGITS}


def currency(field: str, code: str) -> str:
    """The code in capitals. Raises InvalidInputError where ISO 4217 does not know it."""
    known = code.strip().upper()
    if known not in MINOR_DIGITS:
        raise InvalidInputError(
            field, f"{code!r} is no currency; give a code of three letters of ISO 4217, like EUR or ARS."
        )
    return known
