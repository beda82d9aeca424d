//! By what an account is rated: its price book, and its mode, packs and switches in a month.

use super::{Context, Error, prices, rate};
use crate::billing::{Mode, Options, PriceBook, Settlement, Switches};
use crate::ledger::Ledger;
use crate::model::BillingMonth;
use crate::settings::{self, Account};
use crate::statement::{self, Statement};

/// By what an account is rated.
#[derive(Debug)]
pub struct Terms<'a> {
    account: &'a Account,
    book: PriceBook,
}

impl<'a> Terms<'a> {
    /// Reads the account's price book.
    pub fn of(context: &Context, account: &'a Account) -> Result<Self, Error> {
        let book = prices::load(&prices::place(context, &account.price_book)?)?;
        if book.currency != account.currency {
            return Err(Error::usage(format!(
                "account {:?} is billed in {}, but price book {} is in {}; set `price_book` or `currency` of the account",
                account.name, account.currency, book.id, book.currency
            )));
        }
        Ok(Self { account, book })
    }

    /// Rates a month; the result becomes the month's charges unless it is only tried.
    pub fn charge(&self, ledger: &Ledger, month: BillingMonth, only_try: bool) -> Result<Statement, Error> {
        let options = self.options(month)?;
        let rate = if only_try { statement::rate_month } else { statement::charge };
        rate(ledger, &self.account.id(), month, &self.book, &options).map_err(Error::failed)
    }

    fn options(&self, month: BillingMonth) -> Result<Options, Error> {
        let first = self.account.mode_on(month.first_day());
        if month.first_day().until(month.end_day()).any(|day| self.account.mode_on(day) != first) {
            return Err(Error::usage(format!(
                "account {:?}: the billing mode changes within {month}; let each [[account.mode]] start on the first of a month",
                self.account.name
            )));
        }
        let packs = first.packs.as_deref().map_or(Ok(Vec::new()), |file| rate::read_packs(file, &self.book))?;
        Ok(Options {
            mode: match first.mode {
                settings::Mode::Traffic => Mode::PostpaidByTraffic,
                settings::Mode::Bandwidth => Mode::PostpaidByBandwidth,
                settings::Mode::Package => Mode::Package,
            },
            mode_assumed: first.assumed,
            settlement: match first.settlement {
                settings::Settlement::Hour => Settlement::Hour,
                settings::Settlement::Day => Settlement::Day,
                settings::Settlement::Month => Settlement::Month,
            },
            packs,
            switches: self.account.switches.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Switches>(),
        })
    }
}
