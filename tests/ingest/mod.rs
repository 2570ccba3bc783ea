//! From files to publications: editions, dates, refusals. Real lists where they are at hand.

mod aggregate;
mod desk;
mod editions;
mod real;
