//! DescribeAccountBalance.

use serde::Serialize;

use super::super::params::{Field, Kind};
use super::super::{Call, Outcome, members};

/// Request parameters.
pub(in super::super) const BALANCE: &[Field] = &[Field::optional("TempCredit", Kind::Bool)];

/// Amounts in fen. Most are declared as floats.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Balance {
    balance: i64,
    uin: u64,
    real_balance: serde_json::Number,
    cash_account_balance: serde_json::Number,
    income_into_account_balance: serde_json::Number,
    present_account_balance: serde_json::Number,
    freeze_amount: serde_json::Number,
    owe_amount: serde_json::Number,
    is_allow_arrears: bool,
    is_credit_limited: bool,
    credit_amount: serde_json::Number,
    credit_balance: serde_json::Number,
    real_credit_balance: serde_json::Number,
    temp_credit: serde_json::Number,
    temp_amount_info_list: Vec<serde_json::Value>,
}

/// What is left on the account.
pub(in super::super) fn account_balance(call: &Call<'_>) -> Outcome {
    let fen = call.cloud.account.billing.balance_fen;
    let (balance, nothing) = (|| serde_json::Number::from(fen), || serde_json::Number::from(0));
    members(Balance {
        balance: fen,
        uin: call.cloud.account.uin,
        real_balance: balance(),
        cash_account_balance: balance(),
        income_into_account_balance: nothing(),
        present_account_balance: nothing(),
        freeze_amount: nothing(),
        owe_amount: nothing(),
        is_allow_arrears: true,
        is_credit_limited: true,
        credit_amount: nothing(),
        credit_balance: balance(),
        real_credit_balance: balance(),
        temp_credit: nothing(),
        temp_amount_info_list: Vec::new(),
    })
}
