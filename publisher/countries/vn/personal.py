"""Personal data of Vietnam: citizen identity numbers and mobile numbers.

Sources: Decree 137/2015/NĐ-CP art. 13 and Circular 07/2016/TT-BCA art. 7 for the identity number
(province, century and sex, year of birth, six digits; no check digit); the mobile prefixes in use.
The number keeps the province's code of the day it was given, so the 63 codes before 1 July 2025 stay.
"""

from __future__ import annotations

import re

_PROVINCES_TEXT = """
001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 044
045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 089 091
092 093 094 095 096
"""
PROVINCES = frozenset(_PROVINCES_TEXT.split())
_SURNAMES_TEXT = """
nguyen tran le pham hoang huynh phan vu vo dang bui do ho ngo duong ly trinh dinh
"""
SURNAMES = frozenset(_SURNAMES_TEXT.split())
_OFFICES_TEXT = """
vanthu vanphong vp so sgddt syt stttt skhcn phong ubnd hdnd ban chicuc cuc trungtam tt bbt banbientap lienhe
tiepnhan motcua tthc congan truong benhvien bv tramyte thcs thpt th mn mamnon tieuhoc dangbo danguy huyenuy tinhuy
thanhtra toaan dulich hotro tuyensinh daotao phapche ketoan tochuc hanhchinh cntt thongtin congthongtin tchc khth
"""
OFFICES = frozenset(_OFFICES_TEXT.split())

LATEST_BIRTH = 2040
"""The last year of birth that an identity number is taken to tell: later ones are codes of other things.

Not the current year, as what is found in a file is kept and must not depend on the day. Later ones raise
``publisher.personal.VERSION`` too.
"""

_CCCD = re.compile(r"(?<![\w.,])(0\d{2})([0-3])(\d{2})\d{6}(?![\w]|[.,]\d)")
_CCCD_SPACED = re.compile(r"(?<!\d)0\d{2}(?:[ .]?\d){9}(?!\d)")
_LOST_ZERO = re.compile(r"\d{10,11}")
_FLOATED = re.compile(r"\d(?:\.\d+)?e\+?1[01]", re.IGNORECASE)
_CCCD_HINT = re.compile(
    r"\bcccd\b|\bcmnd\b|\bcccdcmnd\b|can cuoc|chung minh|so dinh danh|dinh danh ca nhan|so giay to|giay to tuy than"
)
_MOBILE = re.compile(
    r"(?<![\w.,/])(?:\+?84[ .-]?(?:\(0\)[ ]?)?|\+?84[ .-]?0|0)(?:3[2-9]|5[25689]|7[06-9]|8[1-9]|9\d)"
    r"(?:[ .-]?\d){7}(?![\w]|[.,]\d)"
)
_MOBILE_HINT = re.compile(
    r"dien thoai|\bsdt\b|\bdt\b|\bdtdd\b|di dong|mobile|phone|\bzalo\b|lien he|lien lac|hotline|\btel\b"
)
_TAX_HINT = re.compile(r"\bmst\b|ma so thue|tax|ma so doanh nghiep|\bmsdn\b|ma doanh nghiep|ma so dkkd")
_DECIMAL = re.compile(r"-?\d+[.,]\d+(?:e[+-]?\d+)?", re.IGNORECASE)
_TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_NINE_DIGITS = re.compile(r"\d(?:[ .-]?\d){8}|\d\.\d+e\+?1[01]", re.IGNORECASE)


class CccdDetector:
    """Citizen identity numbers (CCCD), also with the leading zeros lost in a column announced as such."""

    code = "personal-cccd"
    public_contact = False

    def suspects(self, row: str) -> bool:
        """Whether there are enough digits in a row."""
        return _NINE_DIGITS.search(row) is not None

    def hinted(self, header: str) -> bool:
        """Whether a header speaks of identity papers."""
        return _CCCD_HINT.search(header) is not None

    def find(self, text: str, *, header: str, hinted: bool, numeric: bool) -> int:
        """How many identity numbers a cell holds."""
        count = sum(_is_cccd(match.group()) for match in _CCCD.finditer(text))
        if count or not hinted:
            return count
        bare = text.strip()
        if _FLOATED.fullmatch(bare):
            bare = f"{float(bare):.0f}"
        if _LOST_ZERO.fullmatch(bare):
            return int(_is_cccd(bare.zfill(12)))
        return sum(_is_cccd(re.sub(r"\D", "", match.group())) for match in _CCCD_SPACED.finditer(bare))


class MobileDetector:
    """Mobile numbers; agency lines (prefix 02) are none, nor are tax codes that look alike."""

    code = "personal-mobile"
    public_contact = True

    def suspects(self, row: str) -> bool:
        """Whether there are enough digits in a row."""
        return _NINE_DIGITS.search(row) is not None

    def hinted(self, header: str) -> bool:
        """Whether a header speaks of telephones."""
        return _MOBILE_HINT.search(header) is not None

    def find(self, text: str, *, header: str, hinted: bool, numeric: bool) -> int:
        """How many mobile numbers a cell holds."""
        bare = text.strip()
        if _DECIMAL.fullmatch(bare) or (_TAX_HINT.search(header) and _is_tax_code(bare)):
            return 0
        if numeric and not hinted and not bare.startswith(("0", "+")):
            return 0
        count = sum(1 for _ in _MOBILE.finditer(text))
        if not count and hinted and len(bare) == 9 and bare.isdigit():
            return int(_MOBILE.fullmatch(f"0{bare}") is not None)
        return count


def _is_cccd(digits: str) -> bool:
    century = 1900 + 100 * (int(digits[3]) // 2)
    return digits[:3] in PROVINCES and digits[3] in "0123" and century + int(digits[4:6]) <= LATEST_BIRTH


def _is_tax_code(text: str) -> bool:
    """Whether the check digit of a tax code is right: 10 - (weighted sum of nine digits mod 11)."""
    digits = text[:10]
    if not re.fullmatch(r"\d{10}(?:-?\d{3})?", text):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_TAX_WEIGHTS, digits, strict=False))
    return 10 - total % 11 == int(digits[9])
