-- Version 3: the account number that the cloud gave for the key. Programs of version 2 go on working.
ALTER TABLE account ADD COLUMN uin TEXT NOT NULL DEFAULT '';
