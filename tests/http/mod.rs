//! The site as readers and programs meet it.

mod beside;
mod check;
mod desk;
mod display;
mod errors;
mod exceptions;
mod files;
mod items;
mod linked;
mod operations;
mod pages;
mod publications;
mod search;
mod server;
