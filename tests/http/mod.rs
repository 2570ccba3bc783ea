//! The site as readers and programs meet it.

mod check;
mod errors;
mod exceptions;
mod files;
mod items;
mod operations;
mod pages;
mod publications;
mod search;
mod server;
