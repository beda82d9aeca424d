//! What signs for an account: a key pair from one of the usual places, the role of the machine or of the cluster, and a role taken on
//! with any of them.

use std::sync::Arc;

use super::{Context, Error};
use crate::cloud::credential::{
    self, AssumedRole, ClusterIdentity, ClusterRole, Looked, METADATA, MachineRole, NotFound, Place, Provider, Reason, Reference,
    World,
};
use crate::cloud::{Client, ClientBuilder, Credential};
use crate::model::Secret;
use crate::settings::{Account, CredentialFrom, CredentialSource};

/// So much of a key's id is shown.
const SHOWN: usize = 4;

/// What signs for an account, and where it was found.
pub struct Signer {
    kind: Kind,
    origin: String,
}

enum Kind {
    Pair(Credential),
    Renewed(Arc<dyn Provider>),
}

impl Signer {
    /// Looks in every place that the account allows, in the fixed order.
    pub fn find(context: &Context, account: &Account, world: &Arc<World>) -> Result<Self, Error> {
        let found = match credential::find(&places(&account.credential), world) {
            Ok(found) => Self { kind: Kind::Pair(found.credential), origin: found.origin },
            Err(nothing) if nothing.is_broken() => return Err(not_found(account, &nothing)),
            Err(nothing) => Self::of_surroundings(context, account, world, nothing)?,
        };
        match &account.credential.role {
            None => Ok(found),
            Some(role) => {
                let request =
                    AssumedRole::request(role.arn.clone(), role.session.clone(), role.external_id.clone(), role.seconds);
                let client = context.addressed(account, found.builder())?.build().map_err(Error::usage)?;
                let origin = format!("{}, taken on with {}", role.arn, found.origin);
                Ok(Self { kind: Kind::Renewed(Arc::new(AssumedRole::new(client, request))), origin })
            }
        }
    }

    /// The role of the machine, else that of the cluster.
    fn of_surroundings(context: &Context, account: &Account, world: &Arc<World>, mut nothing: NotFound) -> Result<Self, Error> {
        let from = account.credential.from;
        let looked = |place: &str, why: String| Looked { place: place.to_owned(), reason: Reason::Missing(why) };
        if matches!(from, CredentialFrom::Auto | CredentialFrom::Machine) {
            let address = account.endpoint.metadata.as_ref().map_or(METADATA, |url| url.as_str());
            let machine = MachineRole::new(address).map_err(Error::failed)?;
            match context.runtime()?.block_on(machine.fetch()) {
                Ok(_) => {
                    return Ok(Self { kind: Kind::Renewed(Arc::new(machine)), origin: "the role of this machine".to_owned() });
                }
                Err(error) => nothing.looked.push(looked("the role of this machine", error.message)),
            }
        }
        if matches!(from, CredentialFrom::Auto | CredentialFrom::Cluster) {
            match ClusterIdentity::of(world) {
                Some(identity) => {
                    let nobody = Credential { secret_id: String::new(), secret_key: Secret::new(""), token: None };
                    let client = context.addressed(account, Client::builder(nobody))?.build().map_err(Error::usage)?;
                    let role = ClusterRole::new(client, identity, Arc::clone(world));
                    return Ok(Self { kind: Kind::Renewed(Arc::new(role)), origin: "the role of the cluster's pod".to_owned() });
                }
                None => {
                    let why = format!("{} are not all set", credential::CLUSTER_VARIABLES.join(", "));
                    nothing.looked.push(looked("the role of the cluster's pod", why));
                }
            }
        }
        Err(not_found(account, &nothing))
    }

    /// The place, in words.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Starts a client that signs with it.
    pub fn builder(&self) -> ClientBuilder {
        match &self.kind {
            Kind::Pair(credential) => Client::builder(credential.clone()),
            Kind::Renewed(provider) => Client::builder_with(Arc::clone(provider)),
        }
    }

    /// Says whose key it is without telling it: the end of its id, or the place of a role.
    pub fn hint(&self) -> String {
        match &self.kind {
            Kind::Pair(credential) => {
                let id: Vec<char> = credential.secret_id.chars().collect();
                format!("key …{}", id.iter().skip(id.len().saturating_sub(SHOWN)).collect::<String>())
            }
            Kind::Renewed(_) => self.origin.clone(),
        }
    }
}

fn not_found(account: &Account, nothing: &NotFound) -> Error {
    Error::failed(format!("account {:?}: {nothing}", account.name))
}

/// The places that may give an account's credential, in the fixed order.
fn places(source: &CredentialSource) -> Vec<Place> {
    let named = source
        .keys
        .clone()
        .map(|(secret_id, secret_key)| Place::Reference(Reference { secret_id, secret_key, token: source.token.clone() }));
    let tccli = Place::Tccli { profile: source.tccli_profile.clone() };
    let file = Place::SharedFile { path: source.file.clone(), section: source.section.clone() };
    match source.from {
        CredentialFrom::Auto => [Place::Environment].into_iter().chain(named).chain([tccli, file]).collect(),
        CredentialFrom::Env => vec![Place::Environment],
        CredentialFrom::Profile => named.into_iter().collect(),
        CredentialFrom::Tccli => vec![tccli],
        CredentialFrom::File => vec![file],
        CredentialFrom::Machine | CredentialFrom::Cluster => Vec::new(),
    }
}
