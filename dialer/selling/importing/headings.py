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
CONSENT: Final = listed(
    """
    consent, consent basis, consent type, opt in, 同意, 同意方式, 同意类型, 授权, 授权方式,
    同意類型, 授權, 授權方式
    """
)
CONSENT_COVERS: Final = listed(
    """
    consent covers, consent for, consent scope, 同意范围, 授权范围, 同意範圍, 授權範圍
    """
)
CONSENT_ON: Final = listed(
    """
    consent date, consent on, consent given on, opt in date, 同意日期, 授权日期, 授權日期
    """
)
CONSENT_PROOF: Final = listed(
    """
    consent proof, consent source, consent evidence, proof of consent, opt in source, 同意凭证,
    同意来源, 授权凭证, 授权来源, 同意憑證, 同意來源, 授權憑證, 授權來源
    """
)
REASON: Final = listed(
    """
    原因, 理由, 免打扰原因, 拒打原因, 勿擾原因, 拒打理由
    """
)
REFERENCE: Final = listed(
    """
    invoice, invoice number, invoice no, invoice id, bill, bill number, order number, document,
    document number, 发票号, 发票号码, 账单号, 单号, 单据号, 单据编号, 订单号, 合同号, 应收单号,
    發票號, 發票號碼, 帳單號, 單號, 單據號, 單據編號, 訂單號, 訂單編號, 合約編號, 請款單號
    """
)
AMOUNT: Final = listed(
    """
    sum, total, amount due, invoice amount, credit, credit amount, money in, paid in, deposit,
    金额, 应收金额, 欠款金额, 总额, 应付金额, 收入, 收入金额, 贷方, 贷方金额, 贷方发生额, 到账金额,
    交易金额, 金額, 應收金額, 欠款金額, 總額, 應付金額, 貸方, 貸方金額, 入帳金額, 存入金額, 交易金額
    """
)
CURRENCY: Final = listed("ccy, 币种, 货币, 币别, 幣別, 貨幣, 幣種")
DUE: Final = listed(
    """
    due, due date, due on, payable by, deadline, maturity, 到期日, 到期日期, 应收日期, 应付日期,
    付款期限, 还款日, 應收日期, 應付日期, 付款期限, 還款日, 繳款期限
    """
)
INSTALMENT: Final = listed(
    """
    instalment number, installment, installment number, part, 期数, 期次, 分期, 第几期, 期數, 第幾期
    """
)
PAID_ON: Final = listed(
    """
    paid on, date, payment date, value date, booking date, date paid, transaction date, posted,
    付款日期, 到账日期, 收款日期, 交易日期, 入账日期, 日期, 记账日期, 起息日, 到帳日期, 入帳日期,
    記帳日期, 付款日, 收款日, 到账日
    """
)
PAYMENT_REFERENCE: Final = listed(
    """
    payment reference, payment id, transaction id, transaction reference, bank reference,
    transaction number, 流水号, 交易流水号, 银行流水号, 交易号, 凭证号, 凭证号码, 回单号, 流水號,
    交易流水號, 交易序號, 交易號, 憑證號, 憑證號碼
    """
)
PAYER: Final = listed(
    """
    payer name, paid by, from, debtor, sender, counterparty, counterparty name, remitter, 付款人,
    付款方, 付款人名称, 付款户名, 对方户名, 对方名称, 汇款人, 付款人名稱, 付款戶名, 對方戶名, 匯款人
    """
)
TEXT: Final = listed(
    """
    remittance, remittance information, details, description, memo, note, purpose, narrative,
    message, 摘要, 附言, 备注, 用途, 说明, 备注, 備註, 說明, 附註
    """
)
