//! The one integration binary; `repo::every_test_file_is_a_module` keeps files from being forgotten.

mod contract;
mod intake;
mod support;
