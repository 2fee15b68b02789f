"""How columns are called in spreadsheets, in three languages."""

from typing import Final


def listed(text: str) -> tuple[str, ...]:
    """Headings parted by commas."""
    return tuple(heading.strip() for heading in text.split(","))


ACCOUNT: Final = listed(
    """
    account name, company, company name, customer, customer name, client, client name,
    organisation, organization, firm, business name, business, 公司, 公司名, 公司名称, 企业,
    企业名称, 单位, 单位名称, 客户, 客户名称, 客户公司, 公司名稱, 企業, 企業名稱, 單位,
    單位名稱, 客戶, 客戶名稱, 客戶公司, 商號, 公司行號, 店名, 店铺, 店鋪
    """
)
CONTACT: Final = listed(
    """
    contact name, contact person, name, full name, person, first name, last name, given name,
    family name, surname, 姓名, 名字, 姓, 名, 联系人, 联系人姓名, 客户姓名, 联络人, 联系人名称,
    聯絡人, 聯絡人姓名, 聯繫人, 連絡人, 連絡人姓名, 客戶姓名
    """
)
NUMBERS: Final = listed(
    """
    number, phone, phones, telephone, tel, tel no, mobile, mobiles, cell, cellphone,
    mobile phone, cell phone, phone number, phone numbers, telephone number, mobile number,
    contact number, work phone, home phone, office phone, business phone, other phone,
    alternate phone, direct line, 电话, 电话号码, 联系电话, 手机, 手机号, 手机号码, 移动电话,
    固定电话, 座机, 固话, 办公电话, 公司电话, 家庭电话, 备用电话, 其他电话, 联系方式,
    联系人电话, 联系人手机, 號碼, 号码, 電話, 電話號碼, 聯絡電話, 連絡電話, 聯繫電話, 手機,
    手機號, 手機號碼, 行動電話, 市話, 室內電話, 公司電話, 住家電話, 備用電話, 其他電話,
    聯絡方式
    """
)
OWNER: Final = listed(
    """
    account owner, sales rep, rep, salesperson, sales person, assigned to, account manager,
    sales, agent, 销售, 销售代表, 销售员, 业务员, 归属人, 归属销售, 所属销售, 跟进人, 跟进销售,
    客户经理, 業務, 業務員, 業務代表, 負責業務, 承辦業務, 客戶經理, 所屬業務
    """
)
CLASS: Final = listed(
    """
    grade, category, customer class, account class, rating, 等级, 级别, 分类, 客户等级,
    客户级别, 客户分类, 等級, 級別, 分類, 客戶等級, 客戶級別, 客戶分類
    """
)
STAGE: Final = listed(
    """
    phase, sales stage, deal stage, pipeline stage, 阶段, 销售阶段, 客户阶段, 跟进阶段, 階段,
    銷售階段, 客戶階段, 跟進階段
    """
)
REGION: Final = listed(
    """
    country, country region, country code, address region, 国家, 国家地区, 国别, 國家,
    國家地區, 國別
    """
)
ZONE: Final = listed(
    """
    time zone, timezone, tz, 时区, 時區
    """
)
ROLE: Final = listed(
    """
    contact role, 角色, 联系人角色, 身份, 聯絡人角色, 身分
    """
)
LANGUAGE: Final = listed(
    """
    lang, preferred language, 语言, 语种, 語言, 語種
    """
)
TEMPERAMENT: Final = listed(
    """
    personality, 性格, 性格类型, 性格類型, 個性
    """
)
REASON: Final = listed(
    """
    原因, 理由, 免打扰原因, 拒打原因, 勿擾原因, 拒打理由
    """
)
