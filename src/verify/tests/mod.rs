//! Rules at their edges, and equal work in every case of a refusal.

mod edges;
mod work;
