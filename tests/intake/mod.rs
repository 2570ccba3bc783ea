//! Intake through its public interface: real workbooks where they are at hand, made ones always.

mod hostile;
mod make;
mod real;
