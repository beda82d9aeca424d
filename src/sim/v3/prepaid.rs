//! DescribePrepaidProducts.

use serde::Serialize;

use super::{Call, Outcome, members};
use crate::sim::account::Pack;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Products {
    product_instance_set: Vec<ProductInstance>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProductInstance {
    product_type: String,
    start_time: String,
    expire_time: String,
    product_instance_id: String,
    last_consume_date: String,
    bind_status: i64,
    /// The older name of the same set.
    product_instance_resource_set: Vec<Resource>,
    resource_set: Vec<Resource>,
    product_instance_status: String,
    refund_status: &'static str,
    renew_status: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource {
    resource_type: String,
    amount: i64,
    left: i64,
}

/// Lists packs; there are no pages.
pub(super) fn prepaid_products(call: &Call<'_>) -> Outcome {
    let now = call.cloud.now();
    let bought = call.cloud.account.packs.iter().filter(|pack| pack.start <= now);
    members(Products { product_instance_set: bought.map(product).collect() })
}

fn product(pack: &Pack) -> ProductInstance {
    let resources = vec![Resource { resource_type: pack.resource.clone(), amount: pack.amount, left: pack.left }];
    ProductInstance {
        product_type: pack.kind.clone(),
        start_time: super::utc(pack.start),
        expire_time: super::utc(pack.expire),
        product_instance_id: pack.id.clone(),
        last_consume_date: super::utc(pack.last_consumed),
        bind_status: 0,
        product_instance_resource_set: resources.clone(),
        resource_set: resources,
        product_instance_status: pack.status.clone(),
        refund_status: "Denied",
        renew_status: "Never",
    }
}
