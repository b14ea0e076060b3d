//! The process: its critical threads, their CPU priority, SIGHUP, the verifier before it, and fault injection for tests.

pub(super) mod cpu_priority;
pub(super) mod critical_thread;
pub(super) mod fault_injection;
pub(super) mod predecessor;
pub(super) mod reload;
