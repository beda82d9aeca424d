//! Billing. Limits: 555/19170 and the pages of the actions. Access management calls it `finance`, by operation only.

use super::Ask::{CivilEnd, CivilStart, Month, Number, Text};
use super::Role::Collector;
use super::{Api, Ask, Entry, Limit};

const PER_SECOND_5: Limit = Limit::per_second(5);
const PER_SECOND_20: Limit = Limit::per_second(20);

const fn reads(name: &'static str, limit: Limit) -> Entry {
    Entry::reads(Api::Billing, name).documented(limit).operation()
}

/// One line of last month's bill.
const LINE: &[(&str, Ask)] = &[("Month", Month), ("Offset", Number(0)), ("Limit", Number(1))];

table! {
    DESCRIBE_BILL_DETAIL = reads("DescribeBillDetail", PER_SECOND_5).by(&[Collector]).tried(LINE)
        .needs(&["DetailSet"]);
    DESCRIBE_BILL_SUMMARY_BY_PRODUCT = reads("DescribeBillSummaryByProduct", PER_SECOND_20)
        .tried(&[("BeginTime", Month), ("EndTime", Month)])
        .needs(&["Ready"]);
    DESCRIBE_BILL_RESOURCE_SUMMARY = reads("DescribeBillResourceSummary", PER_SECOND_5).tried(LINE)
        .needs(&["ResourceSummarySet"]);
    DESCRIBE_BILL_DOWNLOAD_URL = reads("DescribeBillDownloadUrl", PER_SECOND_20)
        .tried(&[("FileType", Text("billSummary")), ("Month", Month)])
        .needs(&["Ready"]);
    DESCRIBE_BILL_ADJUST_INFO = reads("DescribeBillAdjustInfo", PER_SECOND_20).tried(&[("Month", Month)])
        .needs(&["Data"]);
    DESCRIBE_DEALS_BY_COND = reads("DescribeDealsByCond", PER_SECOND_20)
        .tried(&[("StartTime", CivilStart), ("EndTime", CivilEnd), ("Limit", Number(1))])
        .needs(&["Deals.OrderId", "Deals.Status"]);
    // Its Offset is the number of a page, from 1 on.
    DESCRIBE_VOUCHER_INFO = reads("DescribeVoucherInfo", PER_SECOND_20).tried(&[("Limit", Number(1)), ("Offset", Number(1))])
        .needs(&["VoucherInfos.VoucherId"]);
    // Also tells whose key it is.
    DESCRIBE_ACCOUNT_BALANCE = reads("DescribeAccountBalance", PER_SECOND_20).by(&[Collector]).tried(&[])
        .needs(&["Uin"]);
    DESCRIBE_BILL_DETAIL_FOR_ORGANIZATION = reads("DescribeBillDetailForOrganization", PER_SECOND_20).tried(LINE)
        .needs(&["DetailSet"]);
    DESCRIBE_BILL_SUMMARY_FOR_ORGANIZATION = reads("DescribeBillSummaryForOrganization", PER_SECOND_20)
        .tried(&[("Month", Month), ("GroupType", Text("business"))])
        .needs(&["Ready"]);
    DESCRIBE_BILL_RESOURCE_SUMMARY_FOR_ORGANIZATION =
        reads("DescribeBillResourceSummaryForOrganization", PER_SECOND_20).tried(LINE)
        .needs(&["ResourceSummarySet"]);
}
