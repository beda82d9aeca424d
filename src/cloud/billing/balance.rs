//! What the account has.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Billing;
use super::actions::DESCRIBE_ACCOUNT_BALANCE;
use super::money::digits;
use crate::cloud::Error;
use crate::cloud::fields::{number, text};

/// What the account has, in hundredths of its currency. (Billing API, DescribeAccountBalance.) It also tells whose account a key
/// belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountBalance {
    /// The account.
    #[serde(deserialize_with = "text")]
    pub uin: String,
    /// What can be spent.
    #[serde(deserialize_with = "number")]
    pub balance: i64,
    /// Of it, paid in.
    #[serde(default, deserialize_with = "digits")]
    pub cash_account_balance: Decimal,
    /// Of it, given.
    #[serde(default, deserialize_with = "digits")]
    pub present_account_balance: Decimal,
    /// What is set aside.
    #[serde(default, deserialize_with = "digits")]
    pub freeze_amount: Decimal,
    /// What is owed.
    #[serde(default, deserialize_with = "digits")]
    pub owe_amount: Decimal,
}

impl Billing<'_> {
    /// What the account has.
    pub async fn describe_account_balance(&self) -> Result<AccountBalance, Error> {
        #[derive(Serialize)]
        struct Nothing {}
        self.client.ask(&DESCRIBE_ACCOUNT_BALANCE, &Nothing {}).await
    }
}
