//! Errors of API 3.0, in its envelope and with its codes.

use serde_json::{Value, json};

/// An error answer: HTTP 200, `{"Response":{"Error":{Code, Message},"RequestId"}}`.
#[derive(Debug)]
pub(super) struct ApiError {
    code: String,
    message: String,
}

/// Parameters that have an `InvalidParameterValue` code of their own (the list of the Python SDK 3.1.194).
const NAMED: [&str; 38] = [
    "Area",
    "Categories",
    "ClassIds",
    "DataInterval",
    "DataType",
    "Date",
    "Districts",
    "DomainNames",
    "EndDate",
    "EndTime",
    "ExpireTime",
    "FileId",
    "FileIds",
    "Interval",
    "Isps",
    "Limit",
    "Metric",
    "NamePrefixes",
    "Names",
    "Offset",
    "Sort",
    "SourceTypes",
    "ClassId",
    "RestoreDay",
    "RestoreTier",
    "StartDate",
    "StorageClass",
    "TaskId",
    "DomainName",
    "StartTime",
    "Status",
    "StorageRegions",
    "StorageType",
    "StreamIds",
    "SubAppId",
    "Tags",
    "Text",
    "Type",
];

impl ApiError {
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }

    /// A value that a parameter may not have; `InvalidParameterValue.<name>` where that code exists.
    pub fn value(parameter: &str, message: impl Into<String>) -> Self {
        let code = match parameter {
            _ if NAMED.contains(&parameter) => format!("InvalidParameterValue.{parameter}"),
            _ => "InvalidParameterValue".to_owned(),
        };
        Self { code, message: format!("The parameter `{parameter}` is not valid: {}.", message.into()) }
    }

    pub fn body(&self, request_id: &str) -> Value {
        json!({"Response": {"Error": {"Code": self.code, "Message": self.message}, "RequestId": request_id}})
    }
}
