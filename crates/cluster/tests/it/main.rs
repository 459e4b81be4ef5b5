//! The cache and the counters: one contract for the memory of the process and a real Redis, and what happens when Redis
//! goes away.

mod contract;
mod outage;
mod redis_server;
