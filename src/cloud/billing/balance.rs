//! What the account has.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Billing;
use super::actions::DESCRIBE_ACCOUNT_BALANCE;
use super::money::some_decimal;
use crate::cloud::Error;
use crate::cloud::fields::told_text;

/// What the account has, in hundredths of its currency. (Billing API, DescribeAccountBalance.) It also tells whose account a key
/// belongs to. Some accounts are told null, which is not zero, or -1 throughout.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccountBalance {
    /// The account.
    #[serde(deserialize_with = "told_text")]
    pub uin: String,
    /// What can be spent.
    #[serde(default, deserialize_with = "some_decimal")]
    pub balance: Option<Decimal>,
    /// Of it, paid in.
    #[serde(default, deserialize_with = "some_decimal")]
    pub cash_account_balance: Option<Decimal>,
    /// Of it, given.
    #[serde(default, deserialize_with = "some_decimal")]
    pub present_account_balance: Option<Decimal>,
    /// What is set aside.
    #[serde(default, deserialize_with = "some_decimal")]
    pub freeze_amount: Option<Decimal>,
    /// What is owed.
    #[serde(default, deserialize_with = "some_decimal")]
    pub owe_amount: Option<Decimal>,
}

impl Billing<'_> {
    /// What the account has.
    pub async fn describe_account_balance(&self) -> Result<AccountBalance, Error> {
        #[derive(Serialize)]
        struct Nothing {}
        self.client.ask(&DESCRIBE_ACCOUNT_BALANCE, &Nothing {}).await
    }
}
