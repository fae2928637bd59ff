//! Integration tests, one binary.
//!
//! - `layouts`: every way a dataset may lie on disk
//! - `described`: splits that tables, lists and annotations describe; several datasets in one place
//! - `exports`: splits and classes that annotation tools and the Hub write
//! - `leaks`: what is found between and inside splits, and what is not
//! - `other_grounds`: one drawn thing on other grounds, which no decoy is like
//! - `odd_images`: small, odd and large images
//! - `clusters`: what hangs together, and which parts of two pictures are the same
//! - `explanation`: what is said of a training log, and what is refused
//! - `detected`: boxes that a detector found, and what predictions tell in part
//! - `gate`: limits, codes, exit statuses, configuration
//! - `policy`: limits by split and kind, suppressions, settings and where they come from
//! - `baseline`: the gate fails on what is new, and on nothing else
//! - `judged`: the gate on reports that are made up, each thing accepted alone, in part, and beside
//!   others
//! - `limits`: limits and open questions on such reports
//! - `accepted_copies`: of two copies a baseline accepts the one that was there before
//! - `asked`: what the user asks for has an effect, and what tells groups is used or asked about
//! - `action`: the steps of the GitHub action fail closed
//! - `release`: what is published, and how the action gets it
//! - `changed`: only what changed, with the verdict of a full run
//! - `changed_texts`: lists and descriptions that changed
//! - `open_in_scope`: what keeps the verdict open does so where only a part is judged
//! - `staged`: the next commit, and not the working tree
//! - `git_safety`: settings of a repository make git run nothing
//! - `random_gate`: random edits, each way to gate, against a naive model
//! - `lists`: lists to act on, one row for an image
//! - `formats`: what machines read; `render` and `diff`
//! - `diff_lost`: what a second report does not know is not taken for better
//! - `written_over`: what the user owns is not written over
//! - `containers`: images inside archives, arrays and tables
//! - `hidden_parts`: what containers hold besides what they name, and behind it
//! - `unbounded`: what has no end, or far too much before it
//! - `dicom`: medical pictures, and whom they show
//! - `command`: every way to end, help, completions
//! - `bad_input`: everything that can be wrong with files and manifests
//! - `not_listed`: what cannot be gone into, what is left out, and what is no file
//! - `faulty_texts`: texts that are none of their form, told in our words
//! - `steps`: a check in steps, with files between them
//! - `memory`: what does not fit is told, and nothing else changes
//! - `integrity`: files, labels and splits that make a dataset lie
//! - `told_labels`: labels that files beside pictures tell, and files that look alike
//! - `published`: labels and splits in the forms in which datasets are published
//! - `truncation`: a file cut anywhere is never whole
//! - `given`: samples that a program hands over, in memory or as files
//! - `unread_data`: what may hold images and is not read, masks, and layouts that disagree
//! - `cache`: nothing is worked out twice, and nobody can tell from the report
//! - `recorded`: recordings, explanation and proposed splits, on the demo drive
//! - `names`: verdicts, and identifiers in names that nobody has answered
//! - `simulated`: splits tried on paper, and checks that open no image
//! - `report`: the contract: schema, determinism, limits
//! - `page`: one page of HTML, safe whatever names it holds
//! - `pages`: what a person sees
//! - `usage`: help, and what is said to a command that means nothing
//! - `documentation`: the examples of README.md and `docs/`
//! - `fixtures`: the demo dataset is what its generator makes, and tells the truth
//! - `architecture`: rules about the sources and the documentation

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and may say what it left out"
)]

mod accepted_copies;
mod action;
mod annotations;
mod architecture;
mod asked;
mod bad_input;
mod baseline;
mod beside_the_first;
mod cache;
mod changed;
mod changed_texts;
mod clusters;
mod command;
mod containers;
mod controls;
mod described;
mod detected;
mod dicom;
mod diff_lost;
mod documentation;
mod explanation;
mod exports;
mod faulty_texts;
mod fixtures;
mod formats;
mod gate;
mod git;
mod git_safety;
mod given;
mod hidden_parts;
mod integrity;
mod judged;
mod layouts;
mod leaks;
mod limits;
mod lists;
mod memory;
mod names;
mod not_listed;
mod odd_images;
mod open_in_scope;
mod other_grounds;
mod page;
mod pages;
mod past_the_gate;
mod plan;
mod policy;
mod published;
mod random_gate;
mod recorded;
mod release;
mod repair;
mod report;
mod road;
mod simulated;
mod snapshot;
mod staged;
mod steps;
mod told_labels;
mod told_splits;
mod truncation;
mod unbounded;
mod unread_data;
mod usage;
mod workspace;
mod written_over;
