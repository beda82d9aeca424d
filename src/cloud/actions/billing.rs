//! Billing. Limits: 555/19170 and the pages of the actions. Access management calls it `finance`, by operation only.

use super::Role::Collector;
use super::{Api, Entry, Limit};

const PER_SECOND_5: Limit = Limit::per_second(5);
const PER_SECOND_20: Limit = Limit::per_second(20);

const fn reads(name: &'static str, limit: Limit) -> Entry {
    Entry::reads(Api::Billing, name).documented(limit).operation().by(&[Collector])
}

table! {
    DESCRIBE_BILL_DETAIL = reads("DescribeBillDetail", PER_SECOND_5);
    DESCRIBE_BILL_SUMMARY_BY_PRODUCT = reads("DescribeBillSummaryByProduct", PER_SECOND_20);
    DESCRIBE_BILL_RESOURCE_SUMMARY = reads("DescribeBillResourceSummary", PER_SECOND_5);
    DESCRIBE_BILL_DOWNLOAD_URL = reads("DescribeBillDownloadUrl", PER_SECOND_20);
    DESCRIBE_BILL_ADJUST_INFO = reads("DescribeBillAdjustInfo", PER_SECOND_20);
    DESCRIBE_DEALS_BY_COND = reads("DescribeDealsByCond", PER_SECOND_20);
    DESCRIBE_VOUCHER_INFO = reads("DescribeVoucherInfo", PER_SECOND_20);
    DESCRIBE_ACCOUNT_BALANCE = reads("DescribeAccountBalance", PER_SECOND_20);
    DESCRIBE_BILL_DETAIL_FOR_ORGANIZATION = reads("DescribeBillDetailForOrganization", PER_SECOND_20);
    DESCRIBE_BILL_SUMMARY_FOR_ORGANIZATION = reads("DescribeBillSummaryForOrganization", PER_SECOND_20);
    DESCRIBE_BILL_RESOURCE_SUMMARY_FOR_ORGANIZATION = reads("DescribeBillResourceSummaryForOrganization", PER_SECOND_20);
}
