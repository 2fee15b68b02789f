"""The trade's words as people write them in spreadsheets, in three languages."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Final

from babel import Locale

from dialer.domain.cells import fold
from dialer.domain.countries import COUNTRY_ZONES
from dialer.domain.limits import Basis
from dialer.domain.words import (
    AccountClass,
    ContactRole,
    Language,
    Mode,
    SuppressionReason,
    Temperament,
)

CLASS_MARKS: Final = (
    "", "类", "類", "级", "級", "类客户", "類客戶", "级客户", "級客戶", "class", "grade",
)  # fmt: skip


def spellings(words: Mapping[StrEnum, str]) -> dict[str, StrEnum]:
    """Each word by its own name and by the spellings that stand beside it, parted by blanks."""
    return {
        fold(spelling): word
        for word, texts in words.items()
        for spelling in (word.value, *texts.split())
    }


CLASSES: Final[Mapping[str, AccountClass]] = {
    key: grade
    for grade in AccountClass
    for mark in CLASS_MARKS
    for key in (fold(grade.value + mark), fold(mark + grade.value))
}
ROLES: Final = spellings(
    {
        ContactRole.ALLY: "gatekeeper assistant secretary 盟友 守门人 联络人 助理 秘书 秘書 "
        "聯絡人 窗口",
        ContactRole.DECISION_MAKER: "decider owner boss manager 决策者 决策人 決策者 決策人 负责人 "
        "負責人 老板 老闆 经理 經理 总经理 總經理",
        ContactRole.PAYER: "accountant finance accounting 付款人 财务 財務 会计 會計 出纳 出納",
    }
)
LANGUAGES: Final = spellings(
    {
        Language.ZH_CN: "zh chinese mandarin 中文 汉语 普通话 简体 简体中文 國語 国语 简中",
        Language.ZH_TW: "zh-hant zh-hk traditional 繁體 繁體中文 繁体 繁体中文 正體中文 繁中 台灣",
        Language.EN: "english en-us en-gb 英语 英文 英語",
    }
)
TEMPERAMENTS: Final = spellings(
    {
        Temperament.TIGER: "老虎 老虎型 指挥型 指揮型 虎",
        Temperament.PEACOCK: "孔雀 孔雀型 表达型 表達型",
        Temperament.OWL: "猫头鹰 貓頭鷹 猫头鹰型 貓頭鷹型 理智型",
        Temperament.DOVE: "鸽子 鴿子 工兵 工兵型 鸽子型 鴿子型",
    }
)
NOT_GIVEN: Final = ("no", "none", "n", "否", "无", "無", "没有", "沒有", "未同意", "不同意")
EVERY_MODE: Final = ("all", "both", "everything", "全部", "所有")
BASES: Final = spellings(
    {
        Basis.EXPRESS: "yes 是 同意 已同意 oral verbal spoken recorded 口头 口頭 明示 "
        "口头同意 口頭同意 录音 錄音",
        Basis.WRITTEN: "signed form in-writing 书面 書面 书面同意 書面同意 签字 簽名",
        Basis.CONTRACT: "customer 合同 合约 合約 契約",
    }
) | dict.fromkeys(map(fold, NOT_GIVEN), "")
COVERS: Final = spellings(
    {
        Mode.REP: "people person human 人工 真人 人",
        Mode.MACHINE: "robot automatic 机器 機器 自动 自動 语音 語音",
    }
) | dict.fromkeys(map(fold, EVERY_MODE), "all")
SUPPRESSIONS: Final = spellings(
    {
        SuppressionReason.OPT_OUT: "optout unsubscribe dnc do-not-call stop 退订 退訂 拒绝来电 "
        "拒絕來電 免打扰 勿擾 谢绝来电 不要打 拒接",
        SuppressionReason.WRONG_NUMBER: "wrong 空号 空號 错号 錯號 号码错误 號碼錯誤 打错 打錯",
        SuppressionReason.LEGAL: "law lawyer lawsuit 法律 律师 律師 诉讼 訴訟 法务 法務",
        SuppressionReason.MANUAL: "manual blocked block 手动 手動 人工 黑名单 黑名單",
        SuppressionReason.DISPUTE: "disputed 争议 爭議",
    }
)


@cache
def country_names() -> dict[str, str]:
    """ISO codes by the countries' names in three languages."""
    return {
        fold(str(name)): code
        for language in Language
        for code, name in Locale.parse(language.locale).territories.items()
        if code in COUNTRY_ZONES
    } | {"usa": "US", "uk": "GB", "prc": "CN", "台湾地区": "TW", "臺灣": "TW", "大陆": "CN"}
