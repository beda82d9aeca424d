-- Version 6: which application answers where none is named, once that is known. Programs of version 2 and later go on working.
ALTER TABLE account ADD COLUMN default_app TEXT NOT NULL DEFAULT '';
