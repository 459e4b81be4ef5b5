//! How clients read and write objects. Today: the Parse REST protocol.

pub mod rest;
