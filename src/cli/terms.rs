//! By what an account is rated: its price book, and its modes, packs, contract and switches.

use std::collections::BTreeSet;
use std::path::Path;

use super::{Context, Error, file, prices, rate};
use crate::billing::{Mode, Options, PriceBook, Settlement, Switches};
use crate::input::Kind;
use crate::ledger::Ledger;
use crate::model::{BillingDay, BillingMonth};
use crate::settings::{self, Account};
use crate::statement::share::Mapping;
use crate::statement::{self, Statement};

/// By what an account is rated.
#[derive(Debug)]
pub struct Terms<'a> {
    account: &'a Account,
    book: PriceBook,
    mapping: Mapping,
    /// The account's present day: packs of days to come have not been used or lost yet.
    today: BillingDay,
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
        let mapping = context.settings()?.report.mapping.as_deref().map_or_else(|| Ok(Mapping::default()), mapping)?;
        Ok(Self { account, book, mapping, today: context.clock.today() })
    }

    /// Rates a month; the result becomes the month's charges unless it is only tried.
    pub fn charge(&self, ledger: &Ledger, month: BillingMonth, only_try: bool) -> Result<Statement, Error> {
        let options = self.options(month)?;
        let account = self.account.id();
        let rated = if only_try {
            statement::rate_month(ledger, &account, month, &self.book, &options)
        } else {
            statement::charge_mapped(ledger, &account, month, &self.book, &options, &self.mapping)
        };
        rated.map_err(Error::failed)
    }

    /// The price book.
    pub fn book(&self) -> &PriceBook {
        &self.book
    }

    /// How the book is used in a month.
    pub fn options(&self, month: BillingMonth) -> Result<Options, Error> {
        // Before the first entry of its history: what the bill says, else what an account gets that never chose.
        let billed = self.account.bill.as_deref().map(rate::read_bill).transpose()?.unwrap_or_default();
        let unsaid = month.first_day().until(month.end_day()).any(|day| self.account.mode_on(day).assumed);
        let mut options = Options {
            mode: billed.mode.unwrap_or_default().into(),
            mode_assumed: unsaid && billed.mode.is_none(),
            settlement: billed.settlement.unwrap_or_default().into(),
            switches: self.account.switches.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Switches>(),
            contract: self.account.contract.as_deref().map(|file| rate::read_contract(file, &self.book)).transpose()?,
            explain: true,
            until: Some(self.today.next()),
            ..Options::default()
        };
        let mut files = BTreeSet::new();
        for entry in &self.account.modes {
            options.mode.change(entry.from, mode(entry.mode));
            options.settlement.change(entry.from, settlement(entry.settlement));
            files.extend(entry.packs.as_deref());
        }
        for file in files {
            options.packs.extend(rate::read_packs(file, &self.book)?);
        }
        Ok(options)
    }
}

/// Who bears which cost.
fn mapping(path: &Path) -> Result<Mapping, Error> {
    let text = file::text(path, Kind::Document).map_err(|error| Error::failed(format!("mapping {}: {error}", path.display())))?;
    Mapping::parse(&text, &path.display().to_string()).map_err(Error::usage)
}

fn mode(mode: settings::Mode) -> Mode {
    match mode {
        settings::Mode::Traffic => Mode::PostpaidByTraffic,
        settings::Mode::Bandwidth => Mode::PostpaidByBandwidth,
        settings::Mode::Package => Mode::Package,
    }
}

fn settlement(settlement: settings::Settlement) -> Settlement {
    match settlement {
        settings::Settlement::Hour => Settlement::Hour,
        settings::Settlement::Day => Settlement::Day,
        settings::Settlement::Month => Settlement::Month,
    }
}
