//! The process: its critical threads, their CPU priority, SIGHUP, and fault injection for tests.

pub(super) mod cpu_priority;
pub(super) mod critical_thread;
pub(super) mod fault_injection;
pub(super) mod reload;
